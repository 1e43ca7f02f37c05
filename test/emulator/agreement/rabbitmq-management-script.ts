/** Random scripts of requests to the management API, over few names, so that they meet. */
import fc from "fast-check";
import { type Step, step } from "./rabbitmq-management.ts";

const queue = fc.constantFrom("orders", "votes", "log");
const exchange = fc.constantFrom("shop", "news", "amq.default", "amq.topic");
const routingKey = fc.constantFrom("orders", "votes", "a.b", "a.*", "#", "", "ü ~");
const flag = fc.constantFrom(true, false, "true", undefined);
const args = fc.constantFrom<unknown[]>(
  undefined,
  {},
  { "x-max-length": 1 },
  { "x-max-length": 1, "x-overflow": "reject-publish" },
  { "x-max-priority": 5 },
  { "x-max-length": -1 },
  { "x-message-ttl": 1e6, "x-expires": 1e6 },
  { "x-expires": 0 },
  { "x-overflow": "sideways" },
  { "x-queue-type": "quorum" },
  { "x-queue-type": "stream" },
  { "x-queue-type": "quorum", "x-delivery-limit": 0 },
  { "x-dead-letter-exchange": "shop" },
  { "x-dead-letter-routing-key": "votes" },
  { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "votes" },
  { "x-single-active-consumer": "yes" },
  { "alternate-exchange": "news" },
  { "alternate-exchange": 5 },
  { text: "a", number: 1.5, yes: true, list: [1, ["b"]], table: { c: {} } },
);
const properties = fc.constantFrom(
  {},
  { delivery_mode: 2, message_id: "m" },
  { headers: { tries: 1, list: ["a", 1], deep: { yes: false } } },
  { headers: { CC: ["votes"] } },
  { headers: { CC: "votes" } },
  { priority: 3, timestamp: 5, expiration: "1000000" },
  { expiration: "-1" },
  { user_id: "guest" },
  { user_id: "anna" },
  { content_type: 5 },
);
const ackmode = fc.constantFrom(
  ...["ack_requeue_true", "ack_requeue_false", "reject_requeue_true", "reject_requeue_false"],
);
const definition = fc.constantFrom(
  { "max-length": 1 },
  { "message-ttl": 1e6, expires: 1e6 },
  { "dead-letter-exchange": "shop" },
  { "alternate-exchange": "news" },
  { "delivery-limit": 2 },
  { "max-age": "1h" },
  { "max-length": "one" },
  { nonsense: true },
  {},
);

const lines: readonly fc.Arbitrary<Step>[] = [
  fc
    .tuple(queue, fc.record({ durable: flag, auto_delete: flag, arguments: args }))
    .map(([name, body]) => step(`PUT /queues/%2F/${name}`, body)),
  // A durable one, which all types can be.
  fc
    .tuple(queue, args)
    .map(([name, given]) => step(`PUT /queues/%2F/${name}`, { durable: true, arguments: given })),
  fc
    .tuple(queue, fc.constantFrom("", "?if-empty=true", "?if-unused=true"))
    .map(([name, query]) => step(`DELETE /queues/%2F/${name}${query}`)),
  fc
    .tuple(
      exchange,
      fc.record({
        type: fc.constantFrom("direct", "fanout", "topic", "headers"),
        ...{ durable: flag, internal: flag, arguments: args },
      }),
    )
    .map(([name, body]) => step(`PUT /exchanges/%2F/${name}`, body)),
  fc
    .tuple(exchange, fc.constantFrom("", "?if-unused=true"))
    .map(([name, query]) => step(`DELETE /exchanges/%2F/${name}${query}`)),
  fc
    .tuple(
      exchange,
      fc.oneof(
        queue.map((name) => `q/${name}`),
        exchange.map((name) => `e/${name}`),
      ),
    )
    .chain(([source, target]) =>
      fc.oneof(
        fc
          .record({ routing_key: routingKey.filter((key) => !key.includes("~")), arguments: args })
          .map((body) => step(`POST /bindings/%2F/e/${source}/${target}`, body)),
        fc.constant(step(`GET /bindings/%2F/e/${source}/${target}`)),
        routingKey.map((key) =>
          step(`DELETE /bindings/%2F/e/${source}/${target}/${encodeURIComponent(quoted(key))}`),
        ),
      ),
    ),
  fc
    .tuple(exchange, routingKey, properties, fc.constantFrom("one", "two"))
    .map(([name, routing_key, given, payload]) =>
      step(`POST /exchanges/%2F/${name}/publish`, {
        ...{ routing_key, properties: given, payload, payload_encoding: "string" },
      }),
    ),
  fc
    .tuple(queue, ackmode, fc.integer({ min: 0, max: 3 }))
    .map(([name, mode, count]) =>
      step(`POST /queues/%2F/${name}/get`, { ackmode: mode, count, encoding: "auto" }),
    ),
  queue.map((name) => step(`DELETE /queues/%2F/${name}/contents`)),
  fc
    .tuple(
      fc.constantFrom("policies", "operator-policies"),
      fc.record({
        pattern: fc.constantFrom("^", "^v", "shop|orders"),
        definition,
        priority: fc.constantFrom(0, 1, undefined),
        "apply-to": fc.constantFrom("all", "queues", "exchanges", undefined),
      }),
    )
    .map(([kind, body]) => step(`PUT /${kind}/%2F/rule`, body)),
  fc.constantFrom("policies", "operator-policies").map((kind) => step(`DELETE /${kind}/%2F/rule`)),
  fc.constantFrom(
    step("GET /queues/%2F?columns=name,type,durable,auto_delete,exclusive,arguments"),
    step("GET /exchanges/%2F"),
    step("GET /bindings/%2F"),
    step("GET /definitions/%2F"),
    step("GET /policies/%2F"),
    step("GET /operator-policies/%2F"),
    step("GET /exchanges?page=1&page_size=3&name=s&columns=name"),
  ),
];

/** Some of it is asked by somebody who may do little. */
const line = fc
  .tuple(fc.oneof(...lines), fc.nat(4))
  .map(([each, chance]): Step => (chance === 0 ? { ...each, as: "anna:secret" } : each));

export const managementScript: fc.Arbitrary<Step[]> = fc.array(line, {
  minLength: 1,
  maxLength: 30,
});

/** Who is needed by scripts. */
export const before: readonly Step[] = [
  step("PUT /users/anna", { password: "secret", tags: "policymaker" }),
  step("PUT /permissions/%2F/anna", {
    configure: "^(orders|shop)",
    write: "^(orders|shop|amq.default)",
    read: "^(orders|news)",
  }),
];

/** Back to the start: whatever a script can have made. */
export const clear: readonly Step[] = [
  ...["orders", "votes", "log"].map((name) => step(`DELETE /queues/%2F/${name}`)),
  ...["shop", "news"].map((name) => step(`DELETE /exchanges/%2F/${name}`)),
  ...["policies", "operator-policies"].map((kind) => step(`DELETE /${kind}/%2F/rule`)),
];

/** A routing key as it stands in a binding's `properties_key`. */
function quoted(key: string): string {
  return key === "" ? "~" : encodeURIComponent(key).replaceAll("*", "%2A").replaceAll("%20", "+");
}
