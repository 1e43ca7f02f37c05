/** Starting, draining, stopping, coming back. */
import { MillraceError, PublishError } from "millrace";
import { expect } from "vitest";
import type { Bench, Tested } from "./bench.ts";
import { Gate, Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

/** The service `worker`, as it is deployed again and again: it handles jobs one at a time. */
function worker(t: Bench, handle: (job: number, signal: AbortSignal) => Promise<void>): Tested {
  const broker = t.broker("worker");
  broker.subscriber(t.on("jobs"), { ...t.receiveKept }, async (job: number, { signal }) =>
    handle(job, signal),
  );
  return broker;
}

export const living: Promises = {
  "stopping waits for the handler, and for what it publishes": async (t) => {
    const gate = new Gate();
    const started = new Inbox<number>();
    const results = new Inbox<unknown>();
    const broker = t.broker();
    broker.subscriber(
      t.on("jobs"),
      { ...t.receive, publish: broker.publisher(t.on("results"), { ...t.send }) },
      async (job: number) => {
        started.push(job);
        await gate.opened;
        return { job };
      },
    );
    const listener = t.broker("listener");
    listener.subscriber(t.on("results"), { ...t.receive }, async (result: unknown) =>
      results.push(result),
    );
    const app = await t.start(broker);
    await t.start(listener);
    await broker.publish(t.on("jobs"), 1, { ...t.send });
    await started.first(1);
    const stopped = app.stop();
    gate.open();
    await stopped;
    expect(await results.first(1)).toEqual([{ job: 1 }]);
    expect(app.health().brokers[0]?.counts).toMatchObject({ handled: 1 });
  },

  "stopping and starting again loses nothing that had arrived": async (t) => {
    const gate = new Gate();
    const seen = new Inbox<number>();
    const first = await t.start(
      worker(t, async (job) => {
        await gate.opened;
        seen.push(job);
      }),
    );
    const sender = t.broker("sender");
    await t.start(sender);
    const jobs = Array.from({ length: 60 }, (_, job) => job);
    for (const job of jobs) await sender.publish(t.on("jobs"), job, { ...t.send });
    // Sent with what the broker confirms: by then it has had the ones before.
    await sender.publish(t.on("last"), {});
    const stopped = first.stop();
    gate.open();
    await stopped;
    await t.start(worker(t, async (job) => seen.push(job)));
    await seen.until(() => new Set(seen.items).size === 60, "60 different jobs");
  },

  "a handler that does not end within the deadline is told to, and its message is not lost where the broker keeps it":
    async (t) => {
      const aborted = new Inbox<number>();
      const started = new Inbox<number>();
      const app = await t.start(
        worker(t, async (job, signal) => {
          started.push(job);
          await new Promise(() =>
            signal.addEventListener("abort", () => aborted.push(job), { once: true }),
          );
        }),
      );
      const sender = t.broker("sender");
      await t.start(sender);
      // One key: only within one partition does the second come after the first.
      await sender.publish(t.on("jobs"), 7, { ...t.send, key: "one" });
      await started.first(1);
      await app.stop({ deadline: 50 });
      expect(await aborted.first(1)).toEqual([7]);
      const seen = new Inbox<number>();
      await t.start(worker(t, async (job) => seen.push(job)));
      await sender.publish(t.on("jobs"), 8, { ...t.send, key: "one" });
      await seen.until(() => seen.items.includes(8), "8");
      expect(seen.items).toEqual(t.facts.keeps ? [7, 8] : [8]);
    },

  "what is published while a service is down reaches it later, where the broker keeps it": async (
    t,
  ) => {
    const seen = new Inbox<number>();
    const first = await t.start(worker(t, async (job) => seen.push(job)));
    const sender = t.broker("sender");
    await t.start(sender);
    await first.stop();
    for (const job of [1, 2, 3]) await sender.publish(t.on("jobs"), job, { ...t.send, key: "one" });
    await t.start(worker(t, async (job) => seen.push(job)));
    await sender.publish(t.on("jobs"), 4, { ...t.send, key: "one" });
    await seen.until(() => seen.items.includes(4), "4");
    expect(seen.items).toEqual(t.facts.keeps ? [1, 2, 3, 4] : [4]);
  },

  "a subscriber is in force when the app has started, and none is after it has stopped": async (
    t,
  ) => {
    const seen = new Inbox<number>();
    const broker = t.broker();
    broker.subscriber(t.on("jobs"), { ...t.receive }, async (job: number) => seen.push(job));
    const sender = t.broker("sender");
    await t.start(sender);
    const app = await t.start(broker);
    expect(app.health().status).toBe("up");
    await sender.publish(t.on("jobs"), 1, { ...t.send });
    await seen.first(1);
    await app.stop();
    expect(app.health().status).toBe("down");
    await sender.publish(t.on("jobs"), 2, { ...t.send });
    await expect(broker.publish(t.on("jobs"), 3)).rejects.toThrow(PublishError);
    expect(seen.items).toEqual([1]);
  },

  "a subscriber is stopped and started while its app runs": async (t) => {
    const seen = new Inbox<string>();
    const broker = t.broker();
    const jobs = broker.subscriber(t.on("jobs"), { ...t.receiveKept }, async (job: string) =>
      seen.push(job),
    );
    broker.subscriber(t.on("fence"), { ...t.receive }, async (job: string) => seen.push(job));
    await t.start(broker);
    await jobs.stop();
    await broker.publish(t.on("jobs"), "away", { ...t.send, key: "one" });
    await broker.publish(t.on("fence"), "fence", { ...t.send });
    await seen.until(() => seen.items.includes("fence"), "the fence");
    expect(seen.items).toEqual(["fence"]);
    await jobs.start();
    await broker.publish(t.on("jobs"), "back", { ...t.send, key: "one" });
    await seen.until(() => seen.items.includes("back"), "back");
    expect(seen.items).toEqual(t.facts.keeps ? ["fence", "away", "back"] : ["fence", "back"]);
  },

  "an app starts again after it was stopped": async (t) => {
    const seen = new Inbox<number>();
    const broker = t.broker();
    broker.subscriber(t.on("jobs"), { ...t.receiveKept }, async (job: number) => seen.push(job));
    const app = await t.start(broker);
    for (const job of [1, 2, 3]) {
      await broker.publish(t.on("jobs"), job, { ...t.send });
      await seen.first(job);
      await app.stop();
      await app.start();
    }
    expect(seen.items).toEqual([1, 2, 3]);
  },

  "a signal ends the attempt to publish": async (t) => {
    const broker = t.broker();
    await t.start(broker);
    const reason = new MillraceError("enough");
    await expect(
      broker.publish(t.on("jobs"), 1, { ...t.send, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  },
};
