/** How a delivery ends: what comes again, and what does not. Each is tried with a last message that passes behind it. */
import { randomUUID } from "node:crypto";
import { AckMessage, NackMessage, RejectMessage, type AckPolicy } from "millrace";
import { expect } from "vitest";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

interface Settles {
  ack?: () => Promise<void>;
  nack?: (options?: { delay?: number }) => Promise<void>;
  reject?: () => Promise<void>;
}

type Act = (message: Settles, attempt: number) => unknown;

/**
 * Publishes one message, lets the handler do `act`, and resolves with the attempts it took: until `again` of them are
 * there, or until a message published after the first attempt has passed.
 */
async function attemptsOf(
  t: Bench,
  policy: AckPolicy | undefined,
  again: number,
  act: Act,
): Promise<number[]> {
  const broker = t.broker();
  const jobs = t.on(`jobs-${randomUUID()}`);
  const attempts = new Inbox<number>();
  const passed = new Inbox<string>();
  const ack = policy === undefined ? {} : { ack: policy };
  broker.subscriber(jobs, { ...t.receive, ...ack }, async (job: string, { message }) => {
    if (job === "fence") {
      passed.push(job);
      await (message as Settles).ack?.();
      return;
    }
    attempts.push(message.attempt);
    await act(message as Settles, attempts.items.length);
  });
  await t.start(broker);
  await broker.publish(jobs, "job", { ...t.send });
  await attempts.first(again);
  // What comes again at once is there before either of two messages sent now; what comes later is asked for by `again`.
  for (const count of [1, 2]) {
    await broker.publish(jobs, "fence", { ...t.send });
    await passed.first(count);
  }
  return attempts.items;
}

const fail = () => {
  throw new Error("the handler failed");
};

/** At most once: nothing comes again, whatever the handler does, and its message cannot be sent back. */
async function lostOnce(t: Bench, act: Act): Promise<void> {
  let settles: Settles = {};
  const attempts = await attemptsOf(t, undefined, 1, (message, attempt) => {
    settles = message;
    return act(message, attempt);
  });
  expect(attempts).toEqual([1]);
  expect([settles.ack, settles.nack, settles.reject]).toEqual([undefined, undefined, undefined]);
}

export const settling: Promises = {
  "onSuccess: a message whose handler failed comes again, with its attempt counted": async (t) => {
    const act: Act = (_, attempt) => attempt < 3 && fail();
    if (!t.facts.redelivers) return lostOnce(t, act);
    expect(await attemptsOf(t, undefined, 3, act)).toEqual([1, 2, 3]);
  },

  "onReceive: it does not": async (t) => {
    if (!t.facts.redelivers) return lostOnce(t, fail);
    expect(await attemptsOf(t, "onReceive", 1, fail)).toEqual([1]);
  },

  "always: it does not": async (t) => {
    if (!t.facts.redelivers) return lostOnce(t, fail);
    expect(await attemptsOf(t, "always", 1, fail)).toEqual([1]);
  },

  "manual: the handler decides, and what it leaves undecided comes again": async (t) => {
    if (!t.facts.redelivers) return lostOnce(t, () => {});
    expect(await attemptsOf(t, "manual", 1, (message) => message.ack?.())).toEqual([1]);
    const steps: Act[] = [
      () => {},
      (message) => message.nack?.(),
      (message) => message.nack?.({ delay: 20 }),
      (message) => message.reject?.(),
    ];
    expect(
      await attemptsOf(t, "manual", 4, (message, attempt) =>
        steps[attempt - 1]?.(message, attempt),
      ),
    ).toEqual([1, 2, 3, 4]);
  },

  "AckMessage: done, although thrown": async (t) => {
    const act: Act = () => {
      throw new AckMessage();
    };
    if (!t.facts.redelivers) return lostOnce(t, act);
    expect(await attemptsOf(t, undefined, 1, act)).toEqual([1]);
  },

  "NackMessage: comes again, under `always`, too": async (t) => {
    const act: Act = (_, attempt) => {
      if (attempt < 3) throw new NackMessage("not yet", { delay: 10 });
    };
    if (!t.facts.redelivers) return lostOnce(t, act);
    expect(await attemptsOf(t, undefined, 3, act)).toEqual([1, 2, 3]);
    expect(await attemptsOf(t, "always", 3, act)).toEqual([1, 2, 3]);
  },

  "RejectMessage: never again": async (t) => {
    const act: Act = () => {
      throw new RejectMessage();
    };
    if (!t.facts.redelivers) return lostOnce(t, act);
    expect(await attemptsOf(t, undefined, 1, act)).toEqual([1]);
  },

  "what cannot be read, does not fit or is filtered out settles, and the next message comes":
    async (t) => {
      const broker = t.broker();
      const seen = new Inbox<number>();
      const options = {
        ...t.receive,
        schema: z.object({ n: z.number() }),
        filter: (message: { payload: Uint8Array }) => message.payload.byteLength < 100,
      };
      broker.subscriber(t.on("numbers"), options, async ({ n }) => seen.push(n));
      const app = await t.start(broker);
      const raw = broker.publisher(t.on("numbers"), {
        ...t.send,
        codec: "text",
        headers: { "content-type": "application/json" },
      });
      await raw.publish("{ not JSON");
      await broker.publish(t.on("numbers"), { n: "one" }, { ...t.send });
      await broker.publish(t.on("numbers"), { n: 1, long: "x".repeat(100) }, { ...t.send });
      await broker.publish(t.on("numbers"), { n: 2 }, { ...t.send });
      expect(await seen.first(1)).toEqual([2]);
      await app.stop();
      expect(app.health().brokers[0]?.counts).toMatchObject({
        received: 4,
        handled: 1,
        rejected: 2,
        filtered: 1,
        failed: 0,
      });
    },

  "a batch whose handler failed comes again, but for what it settled by itself": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<string>();
    // No batch waits for its time: what comes again fills the next one, or else one more.
    const options = { ...t.receive, batch: { size: 2, within: 60_000 } };
    let failed = false;
    broker.subscriber(t.on("pairs"), options, async (values: string[], { messages }) => {
      seen.push(values.join(" "));
      if (failed) return;
      failed = true;
      await (messages[0] as Settles | undefined)?.ack?.();
      fail();
    });
    await t.start(broker);
    const pairs = broker.publisher(t.on("pairs"), { ...t.send });
    const rest = t.facts.redelivers ? ["b", "c"] : ["c", "d"];
    for (const value of new Set(["a", "b", ...rest]))
      await pairs.publish(value as never, { key: "pairs" });
    await seen.until(
      () => rest.every((value) => seen.items.slice(1).join(" ").includes(value)),
      "the rest",
    );
    expect(seen.items[0]).toBe("a b");
    expect(seen.items.slice(1).join(" ").split(" ").toSorted()).toEqual(rest);
  },

  "a handler that takes longer than its `timeout` failed, and its signal says so": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<string>();
    broker.subscriber(
      t.on("slow"),
      { ...t.receive, timeout: 30 },
      async (_: unknown, { signal, message }) => {
        if (message.attempt > 1) {
          seen.push("again");
          return;
        }
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        seen.push("aborted");
      },
    );
    const app = await t.start(broker);
    await broker.publish(t.on("slow"), {}, { ...t.send });
    if (t.facts.redelivers) expect(await seen.first(2)).toEqual(["aborted", "again"]);
    else expect(await seen.first(1)).toEqual(["aborted"]);
    await app.stop();
    expect(app.health().brokers[0]?.counts).toMatchObject({
      failed: 1,
      handled: t.facts.redelivers ? 1 : 0,
    });
  },
};
