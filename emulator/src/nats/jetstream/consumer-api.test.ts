import { beforeEach, describe, expect, it } from "vitest";
import { type Bench, bench, SECOND } from "./consumer-bench.ts";
import type { ApiError } from "./contract.ts";

let at: Bench;
beforeEach(() => {
  at = bench();
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, errCode, message } = error as ApiError;
    return `${code} ${errCode} ${message}`;
  }
  return "none";
}

describe("the API", () => {
  it("answers with the defaults filled in, in nats-server's order", () => {
    const info = at.create({ durable_name: "worker" });
    expect(JSON.stringify(info.config)).toBe(
      '{"durable_name":"worker","name":"worker","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0}',
    );
  });

  it("keeps action create and update apart, and what can not be updated", () => {
    expect(refusal(() => at.create({ durable_name: "worker" }, "update"))).toBe(
      "400 10149 consumer does not exist",
    );
    at.create({ durable_name: "worker" }, "create");
    at.create({ durable_name: "worker" }, "create");
    expect(refusal(() => at.create({ durable_name: "worker", description: "x" }, "create"))).toBe(
      "400 10148 consumer already exists",
    );
    expect(
      at.create({ durable_name: "worker", description: "x" }, "update").config.description,
    ).toBe("x");
    expect(refusal(() => at.create({ durable_name: "worker", ack_policy: "all" }))).toBe(
      "500 10012 ack policy can not be updated",
    );
  });

  it.each([
    [
      { durable_name: "a.b" },
      "400 10017 consumer name in subject does not match durable name in request",
    ],
    [{ ack_policy: "never" }, "400 10025 invalid JSON"],
    [{ ack_wait: "1s" }, "400 10025 invalid JSON"],
    [
      { idle_heartbeat: SECOND },
      "400 10088 consumer idle heartbeat requires a push based consumer",
    ],
    [{ deliver_subject: "to.*" }, "400 10079 consumer deliver subject has wildcards"],
    [{ deliver_subject: "orders.x" }, "400 10081 consumer deliver subject forms a cycle"],
    [
      { backoff: [1, 2], max_deliver: 1 },
      "400 10116 max deliver is required to be > length of backoff values",
    ],
    [
      { filter_subject: "orders.a", filter_subjects: ["orders.b"] },
      "400 10136 consumer cannot have both FilterSubject and FilterSubjects specified",
    ],
    [
      { filter_subjects: ["orders.a", "orders.*"] },
      "400 10138 consumer subject filters cannot overlap",
    ],
    [
      { deliver_policy: "new", opt_start_seq: 1 },
      "400 10094 consumer delivery policy is deliver new, but optional start sequence is also set",
    ],
  ])("refuses %o", (config, expected) => {
    expect(refusal(() => at.create({ name: "worker", ...config }))).toBe(expected);
  });

  it("allows a work queue one consumer for each message", () => {
    at = bench({ retention: "workqueue" });
    at.create({ durable_name: "a", filter_subject: "orders.a" });
    expect(refusal(() => at.create({ durable_name: "b" }))).toBe(
      "400 10099 multiple non-filtered consumers not allowed on workqueue stream",
    );
    expect(refusal(() => at.create({ durable_name: "b", filter_subject: "orders.*" }))).toBe(
      "400 10100 filtered consumer not unique on workqueue stream",
    );
    at.create({ durable_name: "b", filter_subject: "orders.b" });
  });
});
