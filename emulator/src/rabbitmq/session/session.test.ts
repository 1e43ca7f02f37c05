/** One connection, method by method, where the clock, an alarm or a slow reader decides: no client library shows that. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Clock, createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal } from "../../journal.ts";
import type { Connection, ProtocolContext } from "../../protocol.ts";
import { createBroker } from "../model/broker.ts";
import type { Broker } from "../model/contract.ts";
import { Content } from "../wire/content.ts";
import { contentFrames } from "../wire/content-frames.ts";
import { FrameReader, HEARTBEAT, PROTOCOL_HEADER } from "../wire/frames.ts";
import { decodeMethod, encodeMethod, type Method } from "../wire/methods.ts";
import { type FieldTable, type FieldValue, NO_FIELDS } from "../wire/values.ts";
import { RabbitmqSession } from "./session.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

interface Server {
  readonly clock: Clock;
  readonly broker: Broker;
  readonly context: ProtocolContext;
}

function server(): Server {
  const clock = createClock();
  const context = {
    clock,
    journal: createJournal(clock),
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1024,
    log: () => {},
  };
  return { clock, context, broker: createBroker(context) };
}

/** A client that is as slow, and shows such a certificate, as is said. */
class Client {
  /** Methods that came, by name, and "heartbeat". */
  heard: string[] = [];
  readonly methods: Method[] = [];
  bytes = 0;
  closed = false;
  paused = false;
  /** How many bytes it has not read. */
  waiting = 0;
  caughtUp: () => void = () => {};
  readonly #session: RabbitmqSession;

  constructor({ broker, context }: Server, commonName: string | null = null) {
    const reader = new FrameReader();
    reader.maxFrame = 131_072;
    const connection: Connection = {
      id: 1,
      clientPort: 5,
      serverPort: 5672,
      tls: () =>
        commonName === null
          ? null
          : { names: [], commonName, protocol: "", cipher: "", certificate: null },
      write: (bytes) => {
        this.bytes += bytes.length;
        reader.push(Buffer.from(bytes));
        for (let frame = reader.next(); frame !== null; frame = reader.next()) {
          if (frame.type === "heartbeat") this.heard.push("heartbeat");
          if (frame.type !== "method") continue;
          const method = decodeMethod(frame.payload);
          this.methods.push(method);
          this.heard.push(method.name);
        }
        return this.waiting;
      },
      writeText: () => 0,
      whenSent: (callback) => void (this.caughtUp = callback),
      pause: () => void (this.paused = true),
      resume: () => void (this.paused = false),
      end: () => void (this.closed = true),
      destroy: () => {
        this.closed = true;
        this.#session.closed();
      },
    };
    this.#session = new RabbitmqSession(broker, context, connection);
    this.bytesFrom(PROTOCOL_HEADER);
  }

  bytesFrom(bytes: Buffer): void {
    this.#session.receive(bytes);
  }

  say(channel: number, ...methods: readonly Method[]): void {
    for (const method of methods) this.bytesFrom(encodeMethod(channel, method));
  }

  publish(queue: string, body: Buffer): void {
    this.bytesFrom(message(queue, Content.of({}, body)));
  }

  last<Name extends Method["name"]>(name: Name): Extract<Method, { name: Name }> | undefined {
    return this.methods.findLast(
      (method): method is Extract<Method, { name: Name }> => method.name === name,
    );
  }
}

/** basic.publish by the default exchange, on channel 1. */
function message(queue: string, content: Content): Buffer {
  const method = encodeMethod(1, {
    name: "basic.publish",
    exchange: "",
    routingKey: queue,
    mandatory: false,
    immediate: false,
  });
  return Buffer.concat(contentFrames(1, method, content, 4096));
}

const tableOf = (fields: Record<string, FieldValue>): FieldTable => new Map(Object.entries(fields));
const understood = (name: string): FieldTable =>
  tableOf({
    capabilities: { type: "table", value: tableOf({ [name]: { type: "bool", value: true } }) },
  });

function login(client: Client, { heartbeat = 0, properties = NO_FIELDS } = {}): Client {
  client.say(
    0,
    {
      name: "connection.start-ok",
      clientProperties: properties,
      mechanism: "PLAIN",
      response: Buffer.from("\0guest\0guest"),
      locale: "en_US",
    },
    { name: "connection.tune-ok", channelMax: 2047, frameMax: 131_072, heartbeat },
    { name: "connection.open", virtualHost: "/" },
  );
  client.say(1, { name: "channel.open" });
  return client;
}

const declare = (queue: string): Method => ({
  name: "queue.declare",
  queue,
  passive: false,
  durable: false,
  exclusive: false,
  autoDelete: false,
  noWait: false,
  arguments: NO_FIELDS,
});
const consume = (queue: string, noAck: boolean): Method => ({
  name: "basic.consume",
  queue,
  consumerTag: "t",
  noLocal: false,
  noAck,
  exclusive: false,
  noWait: false,
  arguments: NO_FIELDS,
});

/** The clock is moved so that what happens meanwhile can be answered. */
async function pass(clock: Clock, ...steps: readonly number[]): Promise<void> {
  for (const seconds of steps) {
    clock.advance(seconds * 1000);
    await Promise.resolve();
  }
}

test("a client that is slow to log in is put out, one that is in is not", () => {
  const world = server();
  const [slow, quick] = [new Client(world), login(new Client(world))];
  world.clock.advance(10_000);
  expect([slow.closed, quick.closed]).toEqual([true, false]);
});

test("heartbeats go out where nothing else does, and who is silent for two of its own is cut off", async () => {
  const world = server();
  const client = login(new Client(world), { heartbeat: 10 });
  client.heard = [];
  await pass(world.clock, 5, 5, 5);
  expect(client.heard).toEqual(["heartbeat", "heartbeat", "heartbeat"]);
  client.bytesFrom(HEARTBEAT);
  await pass(world.clock, 10);
  expect(client.closed).toBe(false);
  // One step of an hour is one silence: there was no time to say anything.
  await pass(world.clock, 3600);
  expect(client.closed).toBe(false);
  await pass(world.clock, 10);
  expect(client.closed).toBe(true);
  expect(client.heard).not.toContain("connection.close");
});

test("who holds a delivery for half an hour loses its channel, and the queue has it again", () => {
  const world = server();
  const client = login(new Client(world));
  client.say(1, declare("jobs"), consume("jobs", false));
  client.publish("jobs", Buffer.from("1"));
  world.clock.advance(29 * 60_000);
  client.say(1, { name: "basic.ack", deliveryTag: 1, multiple: false });
  client.publish("jobs", Buffer.from("2"));
  world.clock.advance(30 * 60_000);
  expect(client.heard).not.toContain("channel.close");
  world.clock.advance(2 * 60_000);
  expect(client.last("channel.close")).toMatchObject({
    replyCode: 406,
    replyText: expect.stringContaining(
      "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms.",
    ),
  });
  expect(world.broker.vhosts.get("/")?.queues.get("jobs")?.messageCount).toBe(1);
});

test("a publisher is blocked by an alarm, is told so where it understands, and goes on after", () => {
  const world = server();
  const properties = understood("connection.blocked");
  const client = login(new Client(world), { properties });
  const other = login(new Client(world), { properties });
  client.say(1, declare("jobs"));
  world.broker.alarm.set("memory");
  expect(client.heard).not.toContain("connection.blocked");
  client.publish("jobs", Buffer.from("1"));
  client.say(1, { name: "queue.purge", queue: "jobs", noWait: false });
  expect(client.last("connection.blocked")).toMatchObject({ reason: "low on memory" });
  expect([client.paused, other.paused]).toEqual([true, false]);
  other.say(1, { name: "basic.get", queue: "jobs", noAck: true });
  expect(other.heard.at(-1)).toBe("basic.get-empty");
  world.broker.alarm.set(null);
  expect(client.paused).toBe(false);
  expect(client.heard.slice(-2)).toEqual(["connection.unblocked", "queue.purge-ok"]);
  expect(client.last("queue.purge-ok")).toMatchObject({ messageCount: 1 });
  expect(other.heard).not.toContain("connection.unblocked");
});

test("a consumer that reads slowly gets no more than waits for it, and all when it reads on", () => {
  const world = server();
  const [reader, writer] = [login(new Client(world)), login(new Client(world))];
  reader.say(1, declare("jobs"), consume("jobs", true));
  reader.waiting = 2 * 1024 * 1024;
  for (let sent = 0; sent < 10; sent++) writer.publish("jobs", Buffer.alloc(1000));
  const delivered = () => reader.heard.filter((name) => name === "basic.deliver").length;
  expect(delivered()).toBe(1);
  // Answers come all the same.
  reader.say(1, { name: "channel.flow", active: true });
  expect(reader.heard.at(-1)).toBe("channel.flow-ok");
  reader.waiting = 0;
  reader.caughtUp();
  expect(delivered()).toBe(10);
  expect(reader.closed).toBe(false);
});

test("EXTERNAL is for who has shown a certificate with a user's name", () => {
  const world = server();
  const [known, unknown, none] = ["guest", "stranger", null].map((name) => {
    const client = new Client(world, name);
    client.say(0, {
      name: "connection.start-ok",
      clientProperties: understood("authentication_failure_close"),
      mechanism: "EXTERNAL",
      response: Buffer.alloc(0),
      locale: "en_US",
    });
    return client;
  });
  expect(known?.last("connection.start")?.mechanisms.toString()).toContain("EXTERNAL");
  expect(known?.heard.at(-1)).toBe("connection.tune");
  expect(unknown?.last("connection.close")?.replyText).toContain("mechanism EXTERNAL");
  expect(none?.last("connection.start")?.mechanisms.toString()).not.toContain("EXTERNAL");
  expect(none?.heard.at(-1)).toBe("connection.start");
  world.clock.advance(3_000);
  expect(none?.closed).toBe(true);
});

test("whatever the pieces are in which a session comes, it is answered the same", () => {
  const session = Buffer.concat([
    encodeMethod(1, declare("jobs")),
    encodeMethod(1, { name: "confirm.select", noWait: false }),
    message(
      "jobs",
      Content.of({ type: "t", headers: tableOf({ a: { type: "void" } }) }, Buffer.from("hello")),
    ),
    encodeMethod(1, { name: "basic.get", queue: "", noAck: true }),
  ]);
  const whole = login(new Client(server()));
  whole.bytesFrom(session);
  for (let at = 0; at <= session.length; at++) {
    const client = login(new Client(server()));
    client.bytesFrom(session.subarray(0, at));
    client.bytesFrom(session.subarray(at));
    expect(client.heard.toSorted(), `cut at ${at}`).toEqual(whole.heard.toSorted());
    expect(client.bytes, `cut at ${at}`).toBe(whole.bytes);
  }
});

test("what a fault took is not covered by what is confirmed up to a number", () => {
  const world = server();
  const client = login(new Client(world));
  client.say(1, declare("jobs"), { name: "confirm.select", noWait: false });
  world.context.faults.inject({
    match: { operation: "publish", nth: 2 },
    effect: { kind: "drop" },
  });
  const one = message("jobs", Content.of({}, Buffer.from("x")));
  client.bytesFrom(Buffer.concat([one, one, one, one]));
  const confirmed = client.methods.flatMap((method) =>
    method.name === "basic.ack" ? [[method.deliveryTag, method.multiple]] : [],
  );
  expect(confirmed).toEqual([
    [1, true],
    [3, false],
    [4, false],
  ]);
});
