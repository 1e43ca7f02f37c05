/** What Redis' channels, lists and streams can and cannot; checked by `npm run check`. */
import type { NatsRouter } from "../nats/index.ts";
import { list, pattern, RedisBroker, stream } from "./index.ts";

const broker = new RedisBroker();

broker.subscriber("a.{id}", { concurrency: 3 }, async (_: unknown, { message, params }) => {
  const { data, pattern: glob } = message.raw;
  return `${params.id} ${data.length} ${glob ?? ""}`;
});
// @ts-expect-error -- at most once: nothing to send back
broker.subscriber("a", {}, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("a", { ack: "manual" }, async (_: unknown) => {});
// @ts-expect-error -- a channel has no groups
broker.subscriber("a", { group: "g" }, async (_: unknown) => {});

broker.subscriber(pattern("logs.*"), {}, async (_: unknown) => {});
// @ts-expect-error -- a message goes to one address
void broker.publish(pattern("logs.*"), {});
// @ts-expect-error -- a message goes to one address
broker.publisher(pattern("logs.*"));

broker.subscriber(list("jobs"), {}, async (_: unknown, { message }) => message.raw.data.length);
// @ts-expect-error -- gone when it is taken
broker.subscriber(list("jobs"), {}, async (_: unknown, { message }) => message.nack());
const reliable = list("jobs", { reliable: true, rejected: "jobs.dead" });
broker.subscriber(reliable, { ack: "manual" }, async (_: unknown, { message }) =>
  message.nack({ delay: 100 }),
);
broker.subscriber(
  list("jobs", { reliable: false }),
  // @ts-expect-error -- not a reliable one
  { ack: "manual" },
  async (_: unknown) => {},
);
void broker.publish(reliable, {});
// @ts-expect-error -- a list is not trimmed
void broker.publish(list("jobs"), {}, { maxLength: 10 });

broker.subscriber(
  stream("orders", { group: "g", minIdle: 1000, onGroupMissing: "stop" }),
  { ack: "manual" },
  async (_: unknown, { message }) => {
    const { id, fields } = message.raw;
    await message.nack();
    return `${id} ${fields.length}`;
  },
);
// @ts-expect-error -- without a group nothing is acknowledged
broker.subscriber(stream("orders"), {}, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- misspelt
stream("orders", { groop: "g" });
// @ts-expect-error -- one of two
stream("orders", { group: "g", onGroupMissing: "ignore" });
const orders = broker.publisher(stream("orders.{country}"), { maxLength: 1000, noCreate: true });
void orders.publish({} as never, { params: { country: "de" }, minId: "0" });
// @ts-expect-error -- no parameters
void orders.publish({} as never);

// @ts-expect-error -- one of three
void new RedisBroker({ envelope: "msgpack" });
declare const router: NatsRouter;
// @ts-expect-error -- another broker's router
broker.include(router);
