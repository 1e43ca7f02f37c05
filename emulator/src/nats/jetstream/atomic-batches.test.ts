import { expect, test } from "vitest";
import { account } from "./jetstream-bench.ts";

test("a batch that waits too long for its next message is given up", () => {
  const { api, request, put, clock, state, surroundings, journal } = account();
  api("STREAM.CREATE.S", { name: "S", subjects: ["s.>"], storage: "memory", allow_atomic: true });
  const events: string[] = [];
  surroundings.subscribe("$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S", ({ payload }) => {
    const { batch, reason } = JSON.parse(Buffer.from(payload).toString());
    events.push(`${batch} ${reason}`);
  });
  const part = (seq: number) => ({ "Nats-Batch-Id": "b", "Nats-Batch-Sequence": String(seq) });
  expect(request("s.a", "1", part(1)).map(({ text }) => text)).toEqual([""]);
  clock.advance(9_000);
  request("s.a", "2", part(2));
  clock.advance(9_000);
  expect(events).toEqual([]);
  clock.advance(1_001);
  expect(events).toEqual(["b timeout"]);
  expect(put("s.a", "3", { ...part(3), "Nats-Batch-Commit": "1" }).error.err_code).toBe(10176);
  expect(state("S").messages).toBe(0);
  expect(journal.since(0).filter(({ kind }) => kind === "dropped")).toHaveLength(3);
});
