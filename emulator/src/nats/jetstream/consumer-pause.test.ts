import { expect, it } from "vitest";
import { restoreConsumer } from "./consumer-api.ts";
import { bench } from "./consumer-bench.ts";

it("ends on the clock, also where the consumer was restored in the middle of it", () => {
  const at = bench();
  at.put("orders.a");
  const until = new Date(at.clock.now() + 60_000).toISOString();
  at.create({ durable_name: "worker", pause_until: until });
  const kept = at.stream.consumers.get("worker")?.snapshot();
  at.stream.consumers.get("worker")?.end("Server Shutdown");
  restoreConsumer(at.jetstream, at.stream, kept);
  const inbox = at.inbox("inbox");
  at.pull({ batch: 1, expires: 120e9, idle_heartbeat: 50e9 });
  at.clock.advance(59_000);
  expect(inbox.texts()).toEqual(["100 Idle Heartbeat; Nats-Last-Consumer: 0; Nats-Last-Stream: 0"]);
  expect(at.info()).toMatchObject({ paused: true });
  at.clock.advance(1000);
  expect(inbox.texts()).toEqual(["orders.a"]);
  expect(at.info()).not.toHaveProperty("paused");
});
