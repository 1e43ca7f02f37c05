import { expect, test } from "vitest";
import { HyperLogLog } from "./hyperloglog.ts";

/** Bytes and counts as redis-server 7.0.15 has them. */
test("a HyperLogLog is the server's, byte for byte, and counts as it does", () => {
  const hll = new HyperLogLog();
  for (const element of ["a", "b", "c"]) hll.add(element);
  expect(Buffer.from(hll.text(3000), "latin1").toString("hex")).toBe(
    "48594c4c01000000000000000000008060f38050b1844bfb80425a",
  );
  const numbers = new HyperLogLog();
  for (let number = 0; number < 1000; number++) numbers.add(String(number));
  expect(numbers.count()).toBe(1001);
  for (let number = 1000; number < 20_000; number++) numbers.add(String(number));
  expect(numbers.count()).toBe(19_891);
  const kept = HyperLogLog.parse(numbers.text(3000));
  expect(kept?.dense).toBe(true);
  expect(kept?.registers).toEqual(numbers.registers);
});
