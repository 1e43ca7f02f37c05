import { beforeEach, describe, expect, it } from "vitest";
import { type Bench, bench, SECOND } from "./consumer-bench.ts";

let at: Bench;
beforeEach(() => {
  at = bench();
});

describe("pulling", () => {
  it("gives a batch in the stream's order, tells each place, and leaves the rest", () => {
    at.put("orders.a", "orders.b", "orders.c");
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 2 });
    expect(inbox.got.map(({ text, place }) => [text, place])).toEqual([
      ["orders.a", [1, 1, 1, 2]],
      ["orders.b", [1, 2, 2, 1]],
    ]);
    expect(at.info()).toMatchObject({
      delivered: { consumer_seq: 2, stream_seq: 2 },
      ack_floor: { consumer_seq: 0, stream_seq: 0 },
      num_ack_pending: 2,
      num_pending: 1,
      num_waiting: 0,
    });
  });

  it("shares out among those who wait, in turns, and passes over who has gone", () => {
    at.create({ durable_name: "worker" });
    const [one, two, gone] = [at.inbox("one"), at.inbox("two"), at.inbox("gone")];
    for (const reply of ["gone", "one", "two"]) at.pull({ batch: 10, expires: SECOND }, reply);
    gone.close();
    at.put("orders.1", "orders.2", "orders.3", "orders.4");
    expect([one.texts(), two.texts(), gone.got]).toEqual([
      ["orders.1", "orders.3"],
      ["orders.2", "orders.4"],
      [],
    ]);
    expect(at.info().delivered.consumer_seq).toBe(4);
  });

  it("ends a request at its time, with what it did not get, and beats until then", () => {
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 3, expires: SECOND, max_bytes: 5000, idle_heartbeat: 0.4 * SECOND });
    at.clock.advance(1100);
    expect(inbox.texts()).toEqual([
      "100 Idle Heartbeat; Nats-Last-Consumer: 0; Nats-Last-Stream: 0",
      "100 Idle Heartbeat; Nats-Last-Consumer: 0; Nats-Last-Stream: 0",
      "408 Request Timeout; Nats-Pending-Messages: 3; Nats-Pending-Bytes: 5000",
    ]);
  });

  it("does not let wait who will not", () => {
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 3, no_wait: true });
    at.put("orders.a");
    at.pull({ batch: 3, no_wait: true });
    expect(inbox.texts()).toEqual([
      "404 No Messages",
      "orders.a",
      "408 Request Timeout; Nats-Pending-Messages: 2; Nats-Pending-Bytes: 0",
    ]);
  });

  it("keeps to the bytes that were asked for", () => {
    at.put("orders.a", "orders.b");
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 2, max_bytes: 100 });
    at.pull({ batch: 1, max_bytes: 1000 });
    const [first, refused, second, completed] = inbox.texts();
    expect([first, second]).toEqual(["orders.a", "orders.b"]);
    expect(refused).toMatch(/^409 Message Size Exceeds MaxBytes; Nats-Pending-Messages: 1; /);
    expect(completed).toMatch(/^409 Batch Completed; Nats-Pending-Messages: 0; /);
  });

  it("refuses what is over the consumer's limits", () => {
    at.create({
      durable_name: "worker",
      max_waiting: 1,
      max_batch: 5,
      max_expires: SECOND,
      max_bytes: 10,
    });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 6 });
    at.pull({ batch: 1, expires: 90 * SECOND });
    at.pull({ batch: 1, max_bytes: 11 });
    at.pull({ batch: 1, expires: SECOND, idle_heartbeat: SECOND });
    at.pull("2");
    at.pull("");
    expect(inbox.texts()).toEqual([
      "409 Exceeded MaxRequestBatch of 5",
      "409 Exceeded MaxRequestExpires of 1s",
      "409 Exceeded MaxRequestMaxBytes of 10",
      "400 Bad Request - heartbeat value too large",
      "409 Exceeded MaxWaiting",
    ]);
  });

  it("tells who waits that the consumer is deleted, and then has no responder", () => {
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 1 });
    at.call("CONSUMER.DELETE.*.*", ["ORDERS", "worker"]);
    expect(inbox.texts()).toEqual(["409 Consumer Deleted"]);
    expect(at.pull({ batch: 1 })).toBe(0);
  });
});
