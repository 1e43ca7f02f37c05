import { expect, test } from "vitest";
import { addLongDoubles, formatLongDouble, longDouble } from "./long-double.ts";

/** Sums as INCRBYFLOAT of redis-server 7.0.15 answers them. */
test.each([
  ["0.1", "0.2", "0.3"],
  ["3", "1.1", "4.1"],
  ["10.50", "-5", "5.5"],
  ["9223372036854775807", "0.5", "9223372036854775807.5"],
  ["1e20", "1", "100000000000000000000"],
  ["0x1p3", "-8", "0"],
  ["1", "1e-19", "1"],
  ["inf", "1", null],
  ["1e5000", "1", null],
  [" 1", "1", null],
])("%s + %s = %s", (one, other, sum) => {
  const [a, b] = [longDouble(one), longDouble(other)];
  const result = a === null || b === null ? null : addLongDoubles(a, b);
  expect(result === null ? null : formatLongDouble(result)).toBe(sum);
});
