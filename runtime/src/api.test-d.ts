/** One line for each promise of inference, wrong uses included; checked by `npm run check`. */
import { z } from "zod";
import { type } from "./index.ts";
import { MemoryBroker, queue } from "./memory/index.ts";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

const broker = new MemoryBroker();
const Order = z.object({ id: z.string(), total: z.number() });
const Invoice = z.object({ orderId: z.string(), amount: z.number() });
const invoices = broker.publisher("invoices", { schema: Invoice });
const receipts = broker.publisher("receipts", { schema: z.object({ r: z.string() }) });

// The message type comes from the schema's output …
const coerced = broker.subscriber(
  "a",
  { schema: z.object({ at: z.coerce.date() }) },
  async (message) => {
    same<typeof message, { at: Date }>(true);
  },
);
void coerced({ at: new Date() });
// … from a plain type …
broker.subscriber(
  "users.{userId}.created",
  { schema: type<{ hi: number }>() },
  async (message, { params }) => {
    same<typeof message, { hi: number }>(true);
    same<typeof params, { userId: string }>(true);
  },
);
// … or from the annotated parameter.
const annotated = broker.subscriber(
  "d.{x}",
  { publish: invoices },
  async (message: { hi: number }, { params }) => ({ orderId: params.x, amount: message.hi }),
);
void annotated({ hi: 1 });
// @ts-expect-error -- no such parameter
broker.subscriber("d.{x}", {}, async (_: { hi: number }, { params }) => params.y);

// The returned value must fit the target; undefined publishes nothing.
broker.subscriber("b", { schema: Order, publish: invoices }, async (order) =>
  order.total > 1 ? { orderId: order.id, amount: 1 } : undefined,
);
broker.subscriber("b", { schema: Order, publish: invoices }, async () => {});
// @ts-expect-error -- not an invoice
broker.subscriber("b", { schema: Order, publish: invoices }, async () => ({ nope: 1 }));
// With several targets, all of them.
broker.subscriber("c", { schema: Order, publish: [invoices, receipts] }, async () => ({
  orderId: "1",
  amount: 1,
  r: "",
}));
// @ts-expect-error -- no receipt
broker.subscriber("c", { schema: Order, publish: [invoices, receipts] }, async () => ({
  orderId: "1",
  amount: 1,
}));

// A handler stays a function: its result is what it returns.
const bill = broker.subscriber(
  "orders",
  { schema: Order, group: "billing", publish: invoices },
  async (order) => ({ orderId: order.id, amount: order.total }),
);
same<Awaited<ReturnType<typeof bill>>, { orderId: string; amount: number }>(true);
// @ts-expect-error -- not an order
void bill({ id: 1 });

// Dependencies that need each other chain.
const withUser = broker
  .provide({ db: async () => ({ find: (id: string) => id.length }) })
  .provide({ user: (_message, { db }) => db.find("x") });
withUser.subscriber("e", { schema: Order }, async (_, { db, user }) => {
  same<typeof user, number>(true);
  db.find("y");
});
// @ts-expect-error -- not provided here
broker.subscriber("e", { schema: Order }, async (_, { db }) => db);

// Publishing asks for the address' parameters, and takes the schema's input.
const created = broker.publisher("users.{userId}.created", {
  schema: z.object({ at: z.string().default("now") }),
});
void created.publish({}, { params: { userId: "1" } });
// @ts-expect-error -- no parameters
void created.publish({});
// @ts-expect-error -- another parameter
void created.publish({}, { params: { id: "1" } });
// @ts-expect-error -- not an invoice
void invoices.publish({ orderId: 1 });
void broker.publish("users.{id}", {}, { params: { id: "1" } });
// @ts-expect-error -- no parameters
void broker.publish("users.{id}", {});

// A reply schema makes a request, and types the answer.
const lookup = broker.publisher("address", {
  schema: z.object({ id: z.string() }),
  reply: z.object({ street: z.string() }),
});
const street: Promise<{ street: string }> = lookup.request({ id: "1" });
void street;
// @ts-expect-error -- no reply declared
void invoices.request({ orderId: "1", amount: 1 });
const asked = { schema: z.object({ id: z.string() }), reply: z.object({ street: z.string() }) };
broker.subscriber("address", asked, async () => ({ street: "x" }));
// @ts-expect-error -- the answer does not fit
broker.subscriber("address", asked, async () => ({ road: "x" }));

// A message can be sent back only where the broker delivers again.
broker.subscriber("f", { schema: Order, ack: "manual" }, async (_, { message }) => message.nack());
// @ts-expect-error -- at most once: no nack
broker.subscriber("f", { delivery: "at-most-once" }, async (_: unknown, c) => c.message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("f", { schema: Order, delivery: "at-most-once", ack: "manual" }, async () => {});

// What a broker does not have is not in its type.
// @ts-expect-error -- MQTT's
broker.subscriber("g", { schema: Order, qos: 1 }, async () => {});
// @ts-expect-error -- misspelt
broker.subscriber("g", { schema: Order, grupo: "x" }, async () => {});
// @ts-expect-error -- misspelt
broker.publisher("g", { shema: Order });

// Any Standard Schema.
const router = broker.router("admin.");
router.subscriber("x.{id}", { schema: Order }, async (order, { params, app }) => {
  same<typeof params, { id: string }>(true);
  void app?.title;
  return order.total;
});

// A batch is an array, with one message and one set of parameters for each value.
const batch = { schema: Order, batch: { size: 10 } };
broker.subscriber("h.{id}", batch, async (orders, { messages, params }) => {
  same<typeof orders, { id: string; total: number }[]>(true);
  same<typeof params, readonly { id: string }[]>(true);
  await messages[0]?.nack();
});
broker.subscriber("h", { batch: { size: 10, within: 5 } }, async (_: { a: 1 }[]) => {});
// @ts-expect-error -- not an array
broker.subscriber("h", { batch: { size: 10 } }, async (_: { a: 1 }) => _.a);
// @ts-expect-error -- there are several messages
broker.subscriber("h", batch, async (_, { message }) => message.ack());

// A channel chooses which options go with it, and types its parameters.
broker.subscriber(queue("jobs.{id}"), { schema: Order }, async (_, { params, message }) => {
  same<typeof params, { id: string }>(true);
  await message.nack();
});
const jobs = broker.publisher(queue("jobs.{id}"), { schema: Order });
void jobs.publish({ id: "1", total: 1 }, { params: { id: "1" } });
// @ts-expect-error -- no parameters
void jobs.publish({ id: "1", total: 1 });
void broker.publish(queue("jobs"), {});
// @ts-expect-error -- a queue has no groups: it is one
broker.subscriber(queue("jobs"), { schema: Order, group: "g" }, async () => {});
// @ts-expect-error -- a plain address' option
broker.subscriber(queue("jobs"), { schema: Order, delivery: "at-most-once" }, async () => {});
// @ts-expect-error -- not a channel of this broker
broker.subscriber({ address: "l", type: "list", options: {} }, { schema: Order }, async () => {});

// A consumer's messages are taken one by one.
const taken = await broker.consumer("users.{id}", { schema: Order, ack: "manual" }).getOne();
if (taken !== undefined) {
  same<typeof taken.value, { id: string; total: number }>(true);
  same<typeof taken.params, { id: string }>(true);
  await taken.message.ack();
}
// @ts-expect-error -- nothing is returned, so nothing is published
broker.consumer("users", { schema: Order, publish: invoices });
