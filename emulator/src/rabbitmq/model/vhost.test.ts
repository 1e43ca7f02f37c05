import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Clock, createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal, type Journal } from "../../journal.ts";
import { Content } from "../wire/content.ts";
import type { Properties } from "../wire/properties.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import { createBroker } from "./broker.ts";
import type { Actor, Binding, Broker, Message, Queue, VirtualHost } from "./contract.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

interface World {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly broker: Broker;
  readonly vhost: VirtualHost;
  readonly guest: Actor;
}

function world(): World {
  const clock = createClock();
  const journal = createJournal(clock);
  const broker = createBroker({
    clock,
    journal,
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1024,
    log: () => {},
  });
  const vhost = broker.vhosts.get("/")!;
  return { clock, journal, broker, vhost, guest: actor(broker, "guest") };
}

function actor(broker: Broker, user: string): Actor {
  return {
    user: broker.users.get(user)!,
    connection: { name: user },
    client: { connection: 1, name: user, port: null },
  };
}

type Plain = Record<string, string | number | boolean | null | string[]>;

function table(fields: Plain): FieldTable {
  return new Map(Object.entries(fields).map(([name, value]) => [name, field(value)]));
}

function field(value: Plain[string]): FieldValue {
  if (value === null) return { type: "void" };
  if (typeof value === "string") return { type: "longstr", value: Buffer.from(value) };
  if (typeof value === "number") return { type: "signedint", value };
  if (typeof value === "boolean") return { type: "bool", value };
  return { type: "array", value: value.map(field) };
}

function exchange({ vhost, guest }: World, name: string, type: string, fields: Plain = {}): void {
  vhost.declareExchange(
    {
      name,
      type,
      durable: true,
      autoDelete: fields["auto-delete"] === true,
      internal: fields["internal"] === true,
      arguments: table(fields),
    },
    guest,
  );
}

function queue({ vhost, guest }: World, name: string, fields: Plain = {}): Queue {
  const owner = fields["exclusive"] === true ? guest.connection : null;
  return vhost.declareQueue(
    { name, durable: true, autoDelete: false, owner, arguments: table(fields) },
    guest,
  );
}

/** `"orders.#"` to a queue, or `"> logs"` to an exchange of the binding's key. */
function bind(
  { vhost, guest }: World,
  source: string,
  destination: string,
  routingKey = "",
  fields: Plain = {},
): Binding {
  const toExchange = destination.startsWith("> ");
  const binding: Binding = {
    source,
    destination: toExchange ? destination.slice(2) : destination,
    destinationType: toExchange ? "exchange" : "queue",
    routingKey,
    arguments: table(fields),
  };
  vhost.bind(binding, guest);
  return binding;
}

function publish(
  { vhost, guest }: World,
  exchange: string,
  routingKey: string,
  properties: Properties = {},
): number {
  const content = Content.of(properties, Buffer.from(routingKey));
  return vhost.publish({ exchange, routingKey, content }, guest).queues;
}

/** Which queues hold something, and takes it out. */
function arrived({ vhost }: World): string[] {
  return [...vhost.queues.values()]
    .flatMap((queue) => Array.from({ length: queue.purge() }, () => queue.name))
    .sort();
}

function taken({ vhost }: World, name: string): Message {
  return vhost.queues.get(name)!.get(true)!.delivery.message;
}

test("a message goes where its exchange's type says, to each queue once", () => {
  const here = world();
  for (const name of ["a", "b", "c", "d"]) queue(here, name);

  exchange(here, "topics", "topic");
  for (const [name, key] of [
    ["a", "#"],
    ["b", "orders.*.paid"],
    ["b", "orders.#"],
    ["c", "*.#.paid"],
    ["d", "orders"],
  ] as const)
    bind(here, "topics", name, key);
  for (const [key, names] of [
    ["orders", ["a", "b", "d"]],
    ["orders.7.paid", ["a", "b", "c"]],
    ["stock.paid", ["a", "c"]],
    ["paid", ["a"]],
    ["", ["a"]],
  ] as const) {
    publish(here, "topics", key);
    expect(arrived(here), key).toEqual(names);
  }

  exchange(here, "heads", "headers");
  bind(here, "heads", "a", "", { "x-match": "all", kind: "big", colour: "red" });
  bind(here, "heads", "b", "", { "x-match": "any", kind: "big", "x-old": "yes" });
  bind(here, "heads", "c", "", { "x-match": "any-with-x", "x-old": "yes" });
  bind(here, "heads", "d", "", { kind: null });
  for (const [headers, names] of [
    [{ kind: "big", colour: "red" }, ["a", "b", "d"]],
    [{ kind: "small", "x-old": "yes" }, ["c", "d"]],
    [{ colour: "red" }, []],
  ] as const) {
    publish(here, "heads", "", { headers: table(headers) });
    expect(arrived(here), JSON.stringify(headers)).toEqual(names);
  }

  // A circle of exchanges, and an alternate exchange for what none of them takes.
  exchange(here, "one", "direct", { "alternate-exchange": "rest" });
  exchange(here, "two", "direct");
  exchange(here, "rest", "fanout");
  bind(here, "one", "> two", "x");
  bind(here, "two", "> one", "x");
  bind(here, "one", "a", "x");
  bind(here, "two", "a", "x");
  bind(here, "rest", "d");
  expect(publish(here, "one", "x")).toBe(1);
  expect(arrived(here)).toEqual(["a"]);
  publish(here, "one", "y");
  expect(arrived(here)).toEqual(["d"]);
  // What was remembered of a key is forgotten when a binding goes.
  here.vhost.deleteExchange("rest", false, here.guest);
  expect(publish(here, "one", "y")).toBe(0);
  expect(here.journal.since(0).at(-1)).toMatchObject({ kind: "dropped", reason: "no route" });
});

test("a consistent hash sends keys to the queues that the real server sends them to", () => {
  const here = world();
  exchange(here, "hash", "x-consistent-hash");
  for (const [name, weight] of [
    ["a", "1"],
    ["b", "2"],
    ["c", "1"],
  ] as const) {
    queue(here, name);
    bind(here, "hash", name, weight);
  }
  const went = Array.from({ length: 12 }, (_, key) => {
    publish(here, "hash", `key-${key}`);
    return arrived(here).join();
  });
  // As RabbitMQ 3.10.8 has it.
  expect(went.join(" ")).toBe("c b b b b b c c c a a b");
});

test("copies go to the keys of CC and BCC, of which recipients see the first", () => {
  const here = world();
  for (const name of ["a", "b", "c"]) queue(here, name);
  expect(publish(here, "", "a", { headers: table({ CC: ["b"], BCC: ["c", "a"] }) })).toBe(3);
  const message = taken(here, "c");
  expect([...message.content.properties.headers!.keys()]).toEqual(["CC"]);
  expect(message).toMatchObject({ routingKey: "a", blindKeys: ["c", "a"] });
});

test("a delayed exchange keeps a message for its time, over a snapshot too", () => {
  const here = world();
  exchange(here, "later", "x-delayed-message", { "x-delayed-type": "topic" });
  queue(here, "a", { "x-max-length": 10 });
  bind(here, "later", "a", "orders.*");
  here.vhost.policies.set("policy", {
    name: "p",
    pattern: "^a$",
    applyTo: "queues",
    definition: { "max-length": 5 },
    priority: 1,
  });
  publish(here, "later", "orders.now");
  publish(here, "later", "orders.soon", { headers: table({ "x-delay": 1000 }) });
  publish(here, "later", "stock.soon", { headers: table({ "x-delay": 1000 }) });
  expect(arrived(here)).toEqual(["a"]);
  here.clock.advance(400);
  publish(here, "", "a");
  queue(here, "mine", { exclusive: true });

  const there = world();
  const snapshot = structuredClone(here.broker.snapshot());
  there.broker.restore(snapshot, here.clock.now());
  there.clock.advance(599);
  expect(taken(there, "a").content.body.toString()).toBe("a");
  expect(there.vhost.queues.get("a")!.messageCount).toBe(0);
  there.clock.advance(1);
  const late = taken(there, "a");
  expect(late).toMatchObject({ exchange: "later", routingKey: "orders.soon" });
  expect(late.content.properties.headers!.get("x-delay")).toEqual({
    type: "signedint",
    value: -1000,
  });
  expect([...there.vhost.queues.keys()]).toEqual(["a"]);
  expect(there.vhost.bindingsOf("a", "queue").map(({ source }) => source)).toEqual(["", "later"]);
  expect(there.vhost.policies.ofQueue("a", "classic").definition).toEqual({ "max-length": 5 });

  // One that cannot be read changes nothing.
  (
    snapshot as { vhosts: { contents: { bindings: { source: string }[] } }[] }
  ).vhosts[0]!.contents.bindings[0]!.source = "nowhere";
  expect(() => there.broker.restore(snapshot, 0)).toThrow("a binding starts at no exchange");
  expect([...there.vhost.queues.keys()]).toEqual(["a"]);
});

test("an exchange that deletes itself goes with its last binding, and others after it", () => {
  const here = world();
  exchange(here, "first", "fanout", { "auto-delete": true });
  exchange(here, "second", "fanout", { "auto-delete": true });
  const mine = queue(here, "mine", { exclusive: true });
  bind(here, "first", "> second");
  bind(here, "second", "mine");
  here.vhost.release(here.guest.connection);
  expect(here.vhost.queues.has(mine.name)).toBe(false);
  expect(here.vhost.exchanges.has("second")).toBe(false);
  expect(here.vhost.exchanges.has("first")).toBe(false);
});

test("RabbitMQ's words for what cannot be done", () => {
  const here = world();
  const { vhost, guest, broker } = here;
  const refused = (action: () => unknown) => {
    try {
      action();
      return "done";
    } catch (error) {
      const { message, closes } = error as Error & { closes: string };
      return closes === "connection" ? `${message} (connection)` : message;
    }
  };
  queue(here, "q", { "x-message-ttl": 1000, "x-dead-letter-exchange": "dlx" });
  exchange(here, "e", "direct");
  exchange(here, "in", "direct", { internal: true });
  exchange(here, "heads", "headers");
  exchange(here, "t", "topic");
  queue(here, "mine", { exclusive: true });
  broker.users.setPassword("ann", "secret", []);
  broker.users.permissions.set({
    user: "ann",
    vhost: "/",
    configure: "^ann-",
    write: "^(ann-|t$|amq.default)",
    read: "",
  });
  broker.users.permissions.setTopic({
    user: "ann",
    vhost: "/",
    exchange: "t",
    write: "^{username}\\.",
    read: ".*",
  });
  const ann = { ...here, guest: actor(broker, "ann") };
  const said = [
    () => queue(here, "q", { "x-dead-letter-exchange": "dlx" }),
    () => queue(here, "q", { "x-message-ttl": 2000, "x-dead-letter-exchange": "dlx" }),
    () => queue(here, "q", { "x-message-ttl": 1000, "x-dead-letter-exchange": "dlx", other: 1 }),
    () => queue(here, "amq.mine"),
    () => queue(ann, "mine"),
    () => queue(ann, "ann-q", { "x-dead-letter-exchange": "dlx" }),
    () => queue(here, "new", { "x-dead-letter-exchange": 1 }),
    () => queue(here, "", { "x-queue-type": "quorum" }),
    () => exchange(here, "e", "fanout"),
    () => exchange(here, "e", "bogus"),
    () => exchange(here, "e", "direct", { "alternate-exchange": "x" }),
    () => exchange(here, "", "direct"),
    () => exchange(here, "later", "x-delayed-message"),
    () => exchange(here, "later", "x-delayed-message", { "x-delayed-type": "x-delayed-message" }),
    () => bind(here, "nowhere", "nothing"),
    () => bind(here, "e", "nothing"),
    () => bind(here, "", "q"),
    () => bind(here, "heads", "q", "", { "x-match": "some" }),
    () => vhost.deleteExchange("amq.topic", false, guest),
    () => vhost.deleteExchange("nowhere", true, guest),
    () => vhost.findQueue("nothing", guest, "read"),
    () => vhost.findQueue("mine", { ...guest, connection: { name: "another" } }, "read"),
    () => publish(here, "nowhere", "k"),
    () => publish(here, "in", "k"),
    () => publish(ann, "t", "ann.x"),
    () => publish(ann, "t", "bob.x"),
    () => publish(ann, "e", "k"),
    () => publish(here, "", "q", { userId: "ann" }),
    () => publish(here, "", "q", { expiration: "abc" }),
    () => publish(here, "", "q", { expiration: "1s" }),
    () => publish(here, "", "q", { expiration: "-1" }),
    () => publish(here, "", "q", { contentType: "text/plain", deliveryMode: 3 }),
    () => publish(here, "", "q", { headers: table({ CC: "q" }) }),
  ].map(refused);
  expect(said).toMatchInlineSnapshot(`
    [
      "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '1000' of type 'signedint'",
      "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received '2000' but current is '1000'",
      "done",
      "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'",
      "ACCESS_REFUSED - access to queue 'mine' in vhost '/' refused for user 'ann'",
      "ACCESS_REFUSED - access to queue 'ann-q' in vhost '/' refused for user 'ann'",
      "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'new' in vhost '/'",
      "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue",
      "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost '/': received 'fanout' but current is 'direct'",
      "PRECONDITION_FAILED - unknown exchange type 'bogus'",
      "PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'e' in vhost '/': received the value 'x' of type 'longstr' but current is none",
      "ACCESS_REFUSED - operation not permitted on the default exchange",
      "PRECONDITION_FAILED - Invalid argument, 'x-delayed-type' must be an existing exchange type",
      "PRECONDITION_FAILED - Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
      "NOT_FOUND - no exchange 'nowhere' in vhost '/'",
      "NOT_FOUND - no queue 'nothing' in vhost '/'",
      "ACCESS_REFUSED - operation not permitted on the default exchange",
      "PRECONDITION_FAILED - Invalid x-match field value <<"some">>; expected all, any, all-with-x, or any-with-x",
      "ACCESS_REFUSED - deletion of system exchange 'amq.topic' in vhost '/' not allowed",
      "done",
      "NOT_FOUND - no queue 'nothing' in vhost '/'",
      "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'mine' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.",
      "NOT_FOUND - no exchange 'nowhere' in vhost '/'",
      "ACCESS_REFUSED - cannot publish to internal exchange 'in' in vhost '/'",
      "done",
      "ACCESS_REFUSED - access to topic 'bob.x' in exchange 't' in vhost '/' refused for user 'ann'",
      "ACCESS_REFUSED - access to exchange 'e' in vhost '/' refused for user 'ann'",
      "PRECONDITION_FAILED - user_id property set to 'ann' but authenticated user was 'guest'",
      "PRECONDITION_FAILED - invalid expiration 'abc': no_integer",
      "PRECONDITION_FAILED - invalid expiration '1s': {leftover_string,"s"}",
      "PRECONDITION_FAILED - invalid expiration '-1': {value_negative,-1}",
      "PRECONDITION_FAILED - invalid message: {delivery_mode_unknown,3}",
      "PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"CC",longstr}",
    ]
  `);
});
