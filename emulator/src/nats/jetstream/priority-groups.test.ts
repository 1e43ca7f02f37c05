import { expect, it } from "vitest";
import { bench, SECOND } from "./consumer-bench.ts";

it("gives a pin on when its client keeps quiet for the timeout, and keeps one that shows itself", () => {
  const at = bench();
  const config = { priority_policy: "pinned_client", priority_groups: ["g"] };
  at.create({ durable_name: "worker", ...config, priority_timeout: 10 * SECOND });
  const [one, two] = [at.inbox("one"), at.inbox("two")];
  const group = "g";
  at.pull({ group, batch: 1, expires: 100 * SECOND }, "one");
  at.put("orders.1");
  expect(one.texts()).toEqual(["orders.1"]);
  const id = at.info().priority_groups?.[0]?.pinned_client_id;
  at.pull({ group, batch: 9, expires: 100 * SECOND }, "two");
  at.clock.advance(9000);
  at.pull({ group, id, batch: 1, expires: 100 * SECOND }, "one");
  at.clock.advance(9000);
  at.put("orders.2", "orders.3");
  expect([one.texts().length, two.texts().length]).toEqual([1, 0]);
  at.clock.advance(1000);
  expect(two.texts()).toHaveLength(1);
  at.pull({ group, id, batch: 1 }, "one");
  expect(one.texts()).toEqual(["423 Nats-Pin-Id mismatch"]);
});
