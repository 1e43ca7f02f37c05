/** The connection goes and comes back. */
import type { App } from "millrace";
import { expect } from "vitest";
import type { Bench } from "./bench.ts";
import { Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

function states(app: App): Inbox<string> {
  const seen = new Inbox<string>();
  app.onConnection((_, state) => seen.push(state));
  return seen;
}

function wireOf(t: Bench) {
  if (t.world.wire === undefined) throw new Error("this world says it can be cut, but has no wire");
  return t.world.wire;
}

export const reconnecting: Promises = {
  "after the connection was cut, messages come and go as before, and the app says what happened":
    async (t) => {
      const broker = t.broker();
      const seen = new Inbox<number>();
      broker.subscriber(t.on("ticks"), { ...t.receive }, async (tick: number) => seen.push(tick));
      const app = await t.start(broker);
      const seenStates = states(app);
      await broker.publish(t.on("ticks"), 1, { ...t.send });
      await seen.first(1);
      for (const tick of [2, 3, 4]) {
        wireOf(t).cut();
        await seenStates.until(
          () => seenStates.items.length === (tick - 1) * 2,
          "reconnecting and connected",
        );
        await broker.publish(t.on("ticks"), tick, { ...t.send });
        await seen.until(() => seen.items.includes(tick), `tick ${tick}`);
      }
      expect(seenStates.items).toEqual([
        "reconnecting",
        "connected",
        "reconnecting",
        "connected",
        "reconnecting",
        "connected",
      ]);
      expect(app.health().status).toBe("up");
    },

  "a publish during an outage waits for its end": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<number>();
    broker.subscriber(t.on("ticks"), { ...t.receive }, async (tick: number) => seen.push(tick));
    const app = await t.start(broker);
    const seenStates = states(app);
    wireOf(t).cut({ refuse: true });
    await seenStates.first(1);
    let resolved = false;
    const published = broker.publish(t.on("ticks"), 1, { ...t.send }).then(() => (resolved = true));
    await new Promise(setImmediate);
    expect(resolved).toBe(false);
    wireOf(t).mend();
    await published;
    // Core NATS and QoS 0 promise the subscriber nothing that was sent before it was back itself.
    await seenStates.until(() => seenStates.items.includes("connected"), "connected");
    await broker.publish(t.on("ticks"), 2, { ...t.send });
    await seen.until(() => seen.items.includes(2), "tick 2");
  },

  "messages that are with the handler when the connection is cut end well": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<number>();
    const done = new Inbox<number>();
    const publisher = t.broker("sender");
    let first = true;
    broker.subscriber(t.on("ticks"), { ...t.receiveKept }, async (tick: number) => {
      seen.push(tick);
      if (first) {
        first = false;
        wireOf(t).cut();
        await back.until(() => back.items.includes("connected"), "connected");
      }
      done.push(tick);
    });
    const app = await t.start(broker);
    await t.start(publisher);
    const back = states(app);
    // The sender may be back before a subscriber that the broker keeps nothing for.
    const ticks = t.facts.keeps ? [1, 2, 3, 4, 5] : [1];
    for (const tick of ticks) {
      const publish = () => publisher.publish(t.on("ticks"), tick, { ...t.send });
      // Cut in the middle, a publish may end not knowing whether it arrived.
      await publish().catch(publish);
    }
    await done.until(() => ticks.every((tick) => done.items.includes(tick)), "all ticks");
    await broker.publish(t.on("ticks"), 6, { ...t.send });
    await done.until(() => done.items.includes(6), "tick 6");
  },
};
