import { expect, test } from "vitest";
import { z } from "zod";
import { App, DeadlineError, RequestError, testBroker, ValidationError } from "../index.ts";
import { MemoryBroker, queue } from "../memory/index.ts";

const Order = z.object({ id: z.string(), total: z.number() });
const Invoice = z.object({ orderId: z.string(), amount: z.number() });

function billing() {
  const broker = new MemoryBroker();
  const invoices = broker.publisher("invoices", { schema: Invoice });
  const bill = broker.subscriber(
    "orders",
    { schema: Order, group: "billing", publish: invoices },
    async (order) => ({ orderId: order.id, amount: order.total }),
  );
  const mail = broker.subscriber(
    "invoices",
    { schema: Invoice },
    async (invoice, { message }) => `${invoice.orderId} ${message.correlationId}`,
  );
  return { broker, invoices, bill, mail };
}

test("a publish resolves when everything it set off has settled, and all is recorded", async () => {
  const { broker, invoices, bill, mail } = billing();
  await using t = await testBroker(broker);
  await t.publish("orders", { id: "1", total: 5 });
  expect(bill.calls).toEqual([{ id: "1", total: 5 }]);
  expect(bill.results).toEqual([{ orderId: "1", amount: 5 }]);
  expect(invoices.published).toEqual([{ orderId: "1", amount: 5 }]);
  expect(mail.results).toHaveLength(1);
});

test("a handler stays a function: no broker, no validation, nothing recorded", async () => {
  const { bill } = billing();
  expect(await bill({ id: "1", total: 5 })).toEqual({ orderId: "1", amount: 5 });
  expect(bill.calls).toEqual([]);
});

test("a publish rejects with the handler's error, over any number of steps", async () => {
  const broker = new MemoryBroker();
  const next = broker.publisher("next", {});
  broker.subscriber("first", { publish: next }, async (message: { a: number }) => message);
  broker.subscriber("next", { ack: "always" }, async () => {
    throw new RangeError("too far");
  });
  await using t = await testBroker(broker);
  await expect(t.publish("first", { a: 1 })).rejects.toThrow(new RangeError("too far"));
});

test("a message that does not fit is rejected, and the publish says why", async () => {
  const { broker } = billing();
  await using t = await testBroker(broker);
  await expect(t.publish("orders", { id: 1 })).rejects.toThrow(ValidationError);
});

test("nothing matching resolves at once; what does not settle is named", async () => {
  const broker = new MemoryBroker();
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  broker.subscriber("slow", { group: "g" }, () => gate);
  const t = await testBroker(broker, { timeout: 20 });
  await t.publish("nobody", 1);
  await expect(t.publish("slow", 1)).rejects.toThrow(DeadlineError);
  await expect(t.publish("slow", 1)).rejects.toThrow(
    '"slow" at the subscriber of "slow" (group g)',
  );
  open();
  await t.close();
});

test("a request gives the answer; a failing handler's error comes through", async () => {
  const broker = new MemoryBroker();
  const ask = broker.publisher("double", { schema: z.number(), reply: z.number() });
  broker.subscriber("double", { schema: z.number(), reply: z.number() }, (n) => {
    if (n < 0) throw new RangeError("negative");
    return n * 2;
  });
  await using t = await testBroker(broker);
  expect(await t.request(ask, 4)).toBe(8);
  expect(await t.request("double", 5)).toBe(10);
  await expect(t.request(ask, -1)).rejects.toThrow(new RangeError("negative"));
  await expect(t.request("nobody", 1)).rejects.toThrow(RequestError);
});

test("one of a group counts once, every other subscriber for itself", async () => {
  const broker = new MemoryBroker();
  const seen: string[] = [];
  for (const name of ["a", "b"])
    broker.subscriber("x", { group: "g" }, () => void seen.push(`group ${name}`));
  broker.subscriber("*", {}, () => void seen.push("alone"));
  await using t = await testBroker(broker);
  await t.publish("x", 1);
  await t.publish("x", 2);
  expect(seen.toSorted()).toEqual(["alone", "alone", "group a", "group b"]);
});

test("dependencies are built in order, disposed after, and replaced by name", async () => {
  const broker = new MemoryBroker();
  const log: string[] = [];
  const router = broker
    .provide({ db: () => ({ name: "real", [Symbol.dispose]: () => void log.push("db closed") }) })
    .provide({ user: (_message, { db }) => `user of ${db.name}` });
  const hello = router.subscriber("hello", {}, (_: unknown, { user }) => {
    log.push(user);
  });
  {
    await using t = await testBroker(broker);
    await t.publish("hello", 1);
  }
  {
    await using t = await testBroker(broker, { provide: { db: { name: "fake" } } });
    await t.publish("hello", 1);
  }
  await hello(1, { db: { name: "given", [Symbol.dispose]: () => {} } });
  expect(log).toEqual(["user of real", "db closed", "user of fake", "user of given"]);
});

test("an app with several brokers: a value travels from one to the other", async () => {
  const one = new MemoryBroker();
  const two = new MemoryBroker();
  const out = two.publisher("out.{id}", { schema: z.object({ id: z.string() }) });
  one.subscriber("in.{id}", { publish: out }, (_: unknown, { params }) => ({ id: params.id }));
  const got = two.subscriber("out.{id}", {}, (_: unknown, { params }) => params.id);
  await using t = await testBroker(new App(one, two, { title: "both" }));
  await t.publish("in.7", null);
  expect(got.results).toEqual(["7"]);
});

test("settled waits for what the test did not publish by itself", async () => {
  const { broker, invoices, mail } = billing();
  const app = new App(broker).afterStartup(() => invoices.publish({ orderId: "0", amount: 0 }));
  await using t = await testBroker(app);
  await invoices.publish({ orderId: "1", amount: 5 });
  await t.settled();
  expect(mail.calls).toEqual([
    { orderId: "0", amount: 0 },
    { orderId: "1", amount: 5 },
  ]);
  await broker.publish("orders", { id: 1 });
  await expect(t.settled()).rejects.toThrow(ValidationError);
});

test("a message goes to a channel as to an address, and not to an address of that name", async () => {
  const broker = new MemoryBroker();
  const done = broker.publisher("done");
  broker.subscriber(queue("jobs"), {}, async (job: number, { publish }) => {
    await publish(queue("later"), job + 1);
  });
  const later = broker.subscriber(queue("later"), { publish: done }, async (job: number) => job);
  const plain = broker.subscriber("jobs", {}, async (_: number) => {});
  await using t = await testBroker(broker);
  await t.publish(queue("jobs"), 1);
  expect(later.calls).toEqual([2]);
  expect(plain.calls).toEqual([]);
  expect(done.published).toEqual([2]);
});
