/** Messages that are taken one by one instead of being handed to a handler. */
import { expect } from "vitest";
import { z } from "zod";
import { Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

export const consuming: Promises = {
  "getOne gives the next message as the schema makes it, or nothing when none comes in time":
    async (t) => {
      const broker = t.broker();
      const orders = broker.consumer(t.on("orders"), {
        ...t.receive,
        schema: z.object({ total: z.coerce.number() }),
      });
      await expect(orders.getOne()).rejects.toThrow("has not been started");
      const app = await t.start(broker);
      expect(await orders.getOne({ timeout: 20 })).toBeUndefined();
      await broker.publish(t.on("orders"), { total: "1" }, { ...t.send });
      expect((await orders.getOne())?.value).toEqual({ total: 1 });
      const waiting = orders.getOne();
      await broker.publish(t.on("orders"), { total: "2" }, { ...t.send });
      expect((await waiting)?.value).toEqual({ total: 2 });
      const reason = new Error("enough");
      await expect(orders.getOne({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const last = orders.getOne();
      await app.stop();
      expect(await last).toBeUndefined();
    },

  "a loop takes one message after the other and ends when the consumer stops": async (t) => {
    const broker = t.broker();
    const numbers = broker.consumer(t.on("numbers"), { ...t.receive, schema: z.number() });
    const app = await t.start(broker);
    const seen = new Inbox<number>();
    const loop = (async () => {
      for await (const { value } of numbers) seen.push(value);
    })();
    for (const number of [1, 2, 3])
      await broker.publish(t.on("numbers"), number, { ...t.send, key: "numbers" });
    expect(await seen.first(3)).toEqual([1, 2, 3]);
    await app.stop();
    await loop;
    expect(app.health().brokers[0]?.counts).toMatchObject({ received: 3, handled: 3 });
  },

  "what a loop was left with comes again where the broker can, and so does what nobody took":
    async (t) => {
      const broker = t.broker("taker");
      const numbers = broker.consumer(t.on("numbers"), { ...t.receiveKept, schema: z.number() });
      const app = await t.start(broker);
      for (const number of [1, 2])
        await broker.publish(t.on("numbers"), number, { ...t.send, key: "numbers" });
      for await (const { value } of numbers) {
        expect(value).toBe(1);
        break;
      }
      const again = await numbers.getOne();
      // What was sent back comes before or after those behind it, as each broker does it.
      if (t.facts.redelivers) expect([1, 2]).toContain(again?.value);
      else expect(again?.value).toBe(2);
      await app.stop();
    },
};
