import { expect, test } from "vitest";
import { Config } from "./config.ts";

test("a part of maxmemory is one, up to all of it", () => {
  const config = new Config();
  const set = (value: string) => () => config.set([["maxmemory-clients", value]]);
  set("050%")();
  expect(config.matching(["maxmemory-c*"])).toEqual(["maxmemory-clients", "50%"]);
  expect(set("200%")).toThrow("percentage argument must be less or equal to 100");
  expect(set("much")).toThrow("argument must be a memory or percent value");
});

test("what the server's own tests set is shown to who names it", () => {
  const config = new Config();
  expect(config.matching(["*"])).not.toContain("key-load-delay");
  expect(config.matching(["key-load-delay"])).toEqual(["key-load-delay", "0"]);
});
