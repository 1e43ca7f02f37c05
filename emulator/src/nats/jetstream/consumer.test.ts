import { beforeEach, describe, expect, it } from "vitest";
import { type Bench, bench, SECOND } from "./consumer-bench.ts";
import { restoreConsumer } from "./consumer-api.ts";
import type { ConsumerView } from "./contract.ts";

let at: Bench;
beforeEach(() => {
  at = bench();
});

describe("where it begins", () => {
  it.each([
    [{ deliver_policy: "all" }, [1, 2, 3, 4, 5]],
    [{ deliver_policy: "new" }, [5]],
    [{ deliver_policy: "last" }, [4, 5]],
    [{ deliver_policy: "last", filter_subject: "orders.a" }, [3, 5]],
    [{ deliver_policy: "by_start_sequence", opt_start_seq: 3 }, [3, 4, 5]],
    [{ deliver_policy: "last_per_subject", filter_subject: "orders.>" }, [2, 3, 4, 5]],
    [{ filter_subjects: ["orders.b", "orders.c"] }, [2, 4]],
  ])("%o reads %o", (config, expected) => {
    at.put("orders.a", "orders.b", "orders.a", "orders.c");
    const created = at.create({ durable_name: "worker", ...config });
    at.put("orders.a");
    const inbox = at.inbox("inbox");
    at.pull({ batch: 10 });
    expect(inbox.got.map(({ place }) => place?.[1])).toEqual(expected);
    const after = expected.includes(5) ? 1 : 0;
    expect(created.num_pending).toBe(expected.length - after);
    expect(inbox.got.map(({ place }) => place?.[3])).toEqual(
      expected.map((_, i) => expected.length - i - 1),
    );
  });
});

describe("what a stream removes", () => {
  it("is pending no more and counts no more", () => {
    at.put("orders.a", "orders.b", "orders.c", "orders.d");
    at.create({ durable_name: "worker" });
    const inbox = at.inbox("inbox");
    at.pull({ batch: 2 });
    at.stream.remove([1, 3], "deleted");
    expect(at.info()).toMatchObject({
      num_ack_pending: 1,
      num_pending: 1,
      ack_floor: { consumer_seq: 1, stream_seq: 1 },
    });
    at.pull({ batch: 1 });
    expect(inbox.got.at(-1)?.place).toEqual([1, 4, 3, 0]);
  });

  it("moves a consumer on when all is purged, and leaves one that reads something else", () => {
    at.put("orders.a", "orders.b", "orders.a");
    at.create({ durable_name: "worker", filter_subject: "orders.a" });
    at.create({ durable_name: "other", filter_subject: "orders.b" });
    at.inbox("inbox");
    at.pull({ batch: 1 });
    at.stream.purge("orders.a", Number.POSITIVE_INFINITY, 0);
    expect(at.info()).toMatchObject({
      delivered: { stream_seq: 3 },
      ack_floor: { consumer_seq: 1, stream_seq: 3 },
      num_ack_pending: 0,
      num_pending: 0,
    });
    expect(at.info("other")).toMatchObject({ delivered: { stream_seq: 0 }, num_pending: 1 });
  });

  it("starts at the last of the stream where none of its subjects has a message", () => {
    at.put("orders.a", "orders.b");
    const filter_subject = "orders.none";
    const made = at.create({ deliver_policy: "last_per_subject", filter_subject });
    expect(made).toMatchObject({ delivered: { stream_seq: 1 }, num_pending: 0 });
    at.put(filter_subject);
    expect(at.info()).toMatchObject({ delivered: { stream_seq: 1 }, num_pending: 1 });
  });

  it("keeps what nobody was meant to acknowledge when its stream turns to interest", () => {
    at.create({ durable_name: "worker", filter_subject: "orders.a" });
    const inbox = at.inbox("inbox");
    at.put("orders.a", "orders.b", "orders.a");
    at.pull({ batch: 1 });
    at.say(inbox.got[0]);
    at.stream.update({ ...at.stream.config, retention: "interest" });
    expect([1, 2, 3].filter((seq) => at.stream.get(seq) !== undefined)).toEqual([2, 3]);
  });

  it("goes from a work queue when it is acknowledged, with interest when all have", () => {
    for (const retention of ["workqueue", "interest"]) {
      at = bench({ retention });
      at.create({ durable_name: "worker" });
      if (retention === "interest") at.create({ durable_name: "other" });
      const inbox = at.inbox("inbox");
      at.put("orders.a", "orders.b");
      at.pull({ batch: 2 });
      at.say(inbox.got[0]);
      expect(at.stream.store.messages, retention).toBe(retention === "interest" ? 2 : 1);
      if (retention === "interest") at.call("CONSUMER.DELETE.*.*", ["ORDERS", "other"]);
      expect(at.stream.get(1), retention).toBeUndefined();
      expect(at.stream.get(2), retention).toBeDefined();
    }
  });
});

describe("a consumer's life", () => {
  it("ends when an ephemeral is not used; a durable stays", () => {
    at.create({ name: "short" });
    at.create({ durable_name: "long" });
    at.create({ name: "asked" });
    at.inbox("inbox");
    at.pull({ batch: 1, expires: 60 * SECOND }, "inbox", "asked");
    at.clock.advance(7000);
    expect(at.call("CONSUMER.NAMES.*", ["ORDERS"]).consumers).toEqual(["asked", "long"]);
  });

  it("goes on from its snapshot", () => {
    at.put("orders.a", "orders.b", "orders.c");
    at.create({ durable_name: "worker", ack_wait: SECOND });
    at.inbox("inbox");
    at.pull({ batch: 2 });
    const before = at.stream.consumers.get("worker") as ConsumerView;
    const snapshot = structuredClone(before.snapshot());
    const info = at.info();
    before.end("Server Shutdown");
    restoreConsumer(at.jetstream, at.stream, snapshot);
    expect({ ...at.info(), ts: "" }).toEqual({ ...info, ts: "" });
    at.clock.advance(1100);
    const inbox = at.inbox("again");
    at.pull({ batch: 3 }, "again");
    expect(inbox.got.map(({ place }) => place?.slice(0, 3))).toEqual([
      [2, 1, 3],
      [2, 2, 4],
      [1, 3, 5],
    ]);
  });
});
