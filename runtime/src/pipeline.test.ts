/** How each delivery ends: a table over what the handler does and the ack policy, on a driver that only takes notes. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { App } from "./app.ts";
import { Broker } from "./broker.ts";
import type { Incoming, SubscribeRequest } from "./driver.ts";
import { AckMessage, NackMessage, RejectMessage } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { memory } from "./memory/broker.ts";
import type { MemoryKind } from "./memory/index.ts";
import type { AckPolicy } from "./message.ts";

/** A broker whose messages the test hands in; gives what happened to each. */
async function started(
  declare: (broker: Broker<MemoryKind>) => void,
  options: { redelivers?: boolean } = {},
) {
  let deliver: SubscribeRequest["deliver"] = async () => {};
  const broker = new Broker<MemoryKind>(memory, async () => ({
    subscribe: async (request) => {
      deliver = request.deliver;
      return { redelivers: true, drain: async () => {} };
    },
    publish: async () => {},
    request: () => Promise.reject(new Error("not used")),
    flush: async () => {},
    close: async () => {},
  }));
  declare(broker);
  const app = new App(broker, { title: "test", logger: createLogger({ level: "silent" }) });
  await app.start();
  return {
    app,
    async receive(text: string): Promise<string[]> {
      const log: string[] = [];
      const incoming: Incoming = {
        address: "orders",
        payload: new TextEncoder().encode(text),
        headers: {},
        attempt: 3,
        raw: undefined,
        respond: async ({ payload, headers }) =>
          void log.push(
            headers["millrace-error"] === undefined
              ? `answer ${new TextDecoder().decode(payload)}`
              : "answer failed",
          ),
        ...(options.redelivers === false
          ? {}
          : {
              settle: {
                ack: async () => void log.push("ack"),
                nack: async (given) =>
                  void log.push(given?.delay === undefined ? "nack" : `nack in ${given.delay}`),
                reject: async () => void log.push("reject"),
              },
            }),
      };
      await deliver(incoming);
      return log;
    },
  };
}

const returns = () => "ok";
const throws = () => {
  throw new Error("broken");
};
const acks = () => {
  throw new AckMessage();
};
const nacks = () => {
  throw new NackMessage("later", { delay: 5 });
};
const rejects = () => {
  throw new RejectMessage();
};

describe("ack policies", () => {
  test.each<[AckPolicy, () => string, string[]]>([
    ["onSuccess", returns, ['answer "ok"', "ack"]],
    ["onSuccess", throws, ["answer failed", "nack in 400"]],
    ["onSuccess", acks, ["answer null", "ack"]],
    ["onSuccess", nacks, ["answer failed", "nack in 5"]],
    ["onSuccess", rejects, ["answer failed", "reject"]],
    ["onReceive", returns, ["ack", 'answer "ok"']],
    ["onReceive", throws, ["ack", "answer failed"]],
    ["onReceive", nacks, ["ack", "answer failed"]],
    ["always", returns, ['answer "ok"', "ack"]],
    ["always", throws, ["answer failed", "ack"]],
    ["always", nacks, ["answer failed", "nack in 5"]],
    ["manual", returns, ['answer "ok"', "nack"]],
    ["manual", throws, ["answer failed", "nack in 400"]],
  ])("%s, %o", async (ack, handler, ends) => {
    const { receive } = await started((broker) => broker.subscriber("orders", { ack }, handler));
    expect(await receive("1")).toEqual(ends);
  });

  test("manual: the handler settles by itself, once", async () => {
    const { receive } = await started((broker) =>
      broker.subscriber("orders", { ack: "manual" }, async (_: unknown, { message }) => {
        await message.reject();
        await message.ack();
      }),
    );
    expect(await receive("1")).toEqual(["reject", "answer null"]);
  });
});

test.each([
  ["not JSON", "{"],
  ["not an order", '{"id":1}'],
])("%s: rejected, since it will not get better", async (_, text) => {
  let handled = 0;
  const { app, receive } = await started((broker) =>
    broker.subscriber("orders", { schema: z.object({ id: z.string() }) }, () => void handled++),
  );
  expect(await receive(text)).toEqual(["answer failed", "reject"]);
  expect(handled).toBe(0);
  expect(app.health().brokers[0]?.counts).toMatchObject({ received: 1, rejected: 1, handled: 0 });
});

test("a filtered message is acknowledged and counted", async () => {
  const { app, receive } = await started((broker) =>
    broker.subscriber("orders", { filter: ({ payload }) => payload.length > 1 }, () => 1),
  );
  expect(await receive("1")).toEqual(["ack"]);
  expect(app.health().brokers[0]?.counts).toMatchObject({ received: 1, filtered: 1, handled: 0 });
});

test("a handler over its timeout has failed, and its signal aborts", async () => {
  let aborted: unknown;
  const { receive } = await started((broker) =>
    broker.subscriber(
      "orders",
      { timeout: 1 },
      (_: unknown, { signal }) =>
        new Promise(() => signal.addEventListener("abort", () => (aborted = signal.reason))),
    ),
  );
  expect(await receive("1")).toEqual(["answer failed", "nack in 400"]);
  expect(aborted).toMatchObject({
    message: 'the handler of "orders" took longer than its timeout of 1 ms',
  });
});

test("at most once: nothing to settle, the context has no nack, and a failure is counted", async () => {
  let context: object = {};
  const { app, receive } = await started(
    (broker) =>
      broker.subscriber("orders", {}, (_: unknown, { message }) => {
        context = message;
        throw new Error("broken");
      }),
    { redelivers: false },
  );
  expect(await receive("1")).toEqual(["answer failed"]);
  expect(context).not.toHaveProperty("nack");
  expect(app.health().brokers[0]?.counts).toMatchObject({ failed: 1 });
});

test("an answer that does not fit its schema is a failure, not an answer", async () => {
  const { receive } = await started((broker) =>
    broker.subscriber("orders", { reply: z.number() }, () => "text" as unknown as number),
  );
  expect(await receive("1")).toEqual(["answer failed", "nack in 400"]);
});

test("middleware wraps from the outside in, over routers too", async () => {
  const log: string[] = [];
  const { receive } = await started((broker) => {
    broker.use(async (_, next) => {
      log.push("outer");
      const result = await next();
      log.push("outer end");
      return result;
    });
    const router = broker.router("").use(async (_, next) => {
      log.push("inner");
      return `${String(await next())}!`;
    });
    router.subscriber("orders", {}, () => {
      log.push("handler");
      return "ok";
    });
  });
  expect(await receive("1")).toEqual(['answer "ok!"', "ack"]);
  expect(log).toEqual(["outer", "inner", "handler", "outer end"]);
});
