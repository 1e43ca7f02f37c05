import { beforeEach, describe, expect, it } from "vitest";
import { type Bench, bench, SECOND } from "./consumer-bench.ts";

let at: Bench;
beforeEach(() => {
  at = bench();
});

describe("acknowledging", () => {
  it("moves the floor up to the first that is pending, and answers where it is asked to", () => {
    at.put("orders.a", "orders.b", "orders.c");
    at.create({ durable_name: "worker" });
    const [inbox, answers] = [at.inbox("inbox"), at.inbox("answers")];
    at.pull({ batch: 3 });
    at.say(inbox.got[1], "+ACK", "answers");
    expect(at.info().ack_floor).toMatchObject({ consumer_seq: 0, stream_seq: 0 });
    at.say(inbox.got[0]);
    expect(at.info()).toMatchObject({
      ack_floor: { consumer_seq: 2, stream_seq: 2 },
      num_ack_pending: 1,
    });
    expect(answers.texts()).toEqual([""]);
  });

  it("delivers again after ack_wait, in order, counting; and gives up after max_deliver with an advisory", () => {
    at.put("orders.a", "orders.b");
    at.create({ durable_name: "worker", ack_wait: SECOND, max_deliver: 2 });
    const inbox = at.inbox("inbox");
    const advisories = at.inbox("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.ORDERS.worker");
    at.pull({ batch: 10 });
    at.clock.advance(1100);
    expect(inbox.got.map(({ place }) => place)).toEqual([
      [1, 1, 1, 1],
      [1, 2, 2, 0],
      [2, 1, 3, 0],
      [2, 2, 4, 0],
    ]);
    expect(at.info().num_redelivered).toBe(2);
    at.clock.advance(1100);
    expect(inbox.got).toHaveLength(4);
    expect(advisories.got.map(({ text }) => JSON.parse(text))).toMatchObject([
      { stream_seq: 1, deliveries: 2, type: "io.nats.jetstream.advisory.v1.max_deliver" },
      { stream_seq: 2, deliveries: 2 },
    ]);
    expect(at.info()).toMatchObject({ num_ack_pending: 0, ack_floor: { stream_seq: 2 } });
    expect(at.journal.since(0).map(({ kind, reason }) => [kind, reason])).toEqual([
      ["dropped", "max deliveries"],
      ["dropped", "max deliveries"],
    ]);
  });

  it("waits as backoff says, and longer while work is in progress or a nak asks for a delay", () => {
    at.put("orders.a", "orders.b");
    at.create({ durable_name: "worker", backoff: [SECOND, 3 * SECOND], max_deliver: 5 });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 10 });
    at.say(inbox.got[1], `-NAK {"delay": ${2 * SECOND}}`);
    at.clock.advance(900);
    at.say(inbox.got[0], "+WPI");
    at.clock.advance(900);
    expect(inbox.texts()).toHaveLength(2);
    at.clock.advance(300);
    expect(inbox.texts()).toEqual(["orders.a", "orders.b"]);
    at.clock.advance(2700);
    expect(inbox.texts()).toEqual([]);
    at.clock.advance(400);
    expect(inbox.texts()).toEqual(["orders.a", "orders.b"]);
  });

  it("delivers again at once after a nak, never after a term, and says so in the journal", () => {
    at.put("orders.a");
    at.create({ durable_name: "worker", filter_subject: "orders.*" });
    const inbox = at.inbox("inbox");
    const terms = at.inbox("$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>");
    at.pull({ batch: 10 });
    at.say(inbox.got[0], "-NAK");
    at.say(inbox.got[1], "+TERM no such order");
    at.clock.advance(60_000);
    expect(inbox.got.map(({ place }) => place)).toEqual([
      [1, 1, 1, 0],
      [2, 1, 2, 0],
    ]);
    expect(JSON.parse(terms.got[0]?.text ?? "")).toMatchObject({
      reason: "no such order",
      deliveries: 2,
    });
    expect(at.journal.since(0)).toMatchObject([
      {
        kind: "rejected",
        reason: "nak",
        channel: "orders.a",
        message: 1,
        subscription: { pattern: "orders.*", group: "worker" },
      },
      { kind: "rejected", reason: "no such order" },
    ]);
  });

  it("stops at max_ack_pending until one is acknowledged; +NXT acknowledges and asks for more", () => {
    at.put("orders.a", "orders.b", "orders.c");
    at.create({ durable_name: "worker", max_ack_pending: 1 });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 2 });
    expect(inbox.got).toHaveLength(1);
    at.say(inbox.got[0]);
    expect(inbox.got).toHaveLength(2);
    at.say(inbox.got[1], "+NXT", "inbox");
    expect(inbox.texts()).toEqual(["orders.a", "orders.b", "orders.c"]);
  });

  it("acknowledges everything before with ack policy all", () => {
    at.put("orders.a", "orders.b", "orders.c");
    at.create({ durable_name: "worker", ack_policy: "all" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 3 });
    at.say(inbox.got[1]);
    expect(at.info()).toMatchObject({
      num_ack_pending: 1,
      ack_floor: { consumer_seq: 2, stream_seq: 2 },
    });
  });
});
