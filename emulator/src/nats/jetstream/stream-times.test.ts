import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { account, type AccountBench } from "./jetstream-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-times-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Subjects and payloads, in order. */
function texts({ api, state }: AccountBench, stream: string): string[] {
  const { first_seq: first, last_seq: last } = state(stream);
  const seen: string[] = [];
  for (let seq = first; seq <= last; seq++) {
    const { message } = api(`STREAM.MSG.GET.${stream}`, { seq });
    if (message !== undefined)
      seen.push(
        `${message.subject} ${Buffer.from(message.data ?? "", "base64").toString()}`.trim(),
      );
  }
  return seen;
}

const plans = { name: "PLANS", subjects: ["plan.>", "out"], allow_msg_schedules: true };

test("a schedule goes on after a restart, from where it was", async () => {
  const before = account(folder);
  before.api("STREAM.CREATE.PLANS", { ...plans, storage: "file" });
  const every = { "Nats-Schedule": "@every 10s", "Nats-Schedule-Target": "out" };
  before.put("plan.a", "tick", every);
  before.clock.advance(25_000);
  expect(texts(before, "PLANS")).toEqual(["plan.a tick", "out tick", "out tick"]);
  await before.jetstream.close();
  const after = account(folder);
  after.clock.advance(25_000 + 11_000);
  expect(texts(after, "PLANS").slice(3)).toEqual(["out tick"]);
  await after.jetstream.close();
});

test("a schedule is restored from a snapshot, and ends when it is deleted or replaced", () => {
  const before = account();
  before.api("STREAM.CREATE.PLANS", { ...plans, storage: "memory" });
  const at = new Date(before.clock.now() + 60_000).toISOString();
  const once = { "Nats-Schedule": `@at ${at}`, "Nats-Schedule-Target": "out" };
  for (const subject of ["plan.a", "plan.b", "plan.c"]) before.put(subject, subject, once);
  const after = account();
  after.jetstream.restore(before.jetstream.snapshot());
  after.api("STREAM.MSG.DELETE.PLANS", { seq: 2 });
  after.put("plan.c", "no schedule");
  after.clock.advance(61_000);
  expect(texts(after, "PLANS")).toEqual(["plan.c plan.c", "plan.c no schedule", "out plan.a"]);
});

test("a subject's last message is followed by a marker, which ends without one", () => {
  const at = account();
  at.api("STREAM.CREATE.M", {
    name: "M",
    subjects: ["m.>"],
    storage: "memory",
    max_age: 60e9,
    duplicate_window: 1e9,
    subject_delete_marker_ttl: 10e9,
  });
  at.put("m.a", "1");
  at.put("m.a", "2");
  at.put("m.b", "3", { "Nats-TTL": "never" });
  at.put("m.c", "4", { "Nats-TTL": "2m" });
  at.clock.advance(60_500);
  expect(texts(at, "M")).toEqual(["m.b 3", "m.a", "m.c"]);
  at.clock.advance(10_500);
  expect(texts(at, "M")).toEqual(["m.b 3"]);
  const expired = at.journal.since(0).filter(({ kind }) => kind === "expired");
  expect(expired.map(({ channel }) => channel)).toEqual(["m.a", "m.a", "m.c", "m.a", "m.c"]);
});
