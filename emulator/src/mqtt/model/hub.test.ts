/** What hub.ts relies on in aedes: this fails first when its version changes. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createHub } from "./hub.ts";

const filters = ["a/#", "a/+", "a/b", "+/b", "#", "a/b/#", "$x/#", "c", "+/+/+"];
const topics = ["a/b", "$x/b", "c", "a/", "x", `${"a/".repeat(120)}z`];

test("filters match at once, in the same order before aedes is loaded and after", async () => {
  const hub = createHub();
  for (const filter of filters) hub.add(filter);
  const before = topics.map((topic) => hub.match(topic));
  expect(before[0]).toEqual(["a/b/#", "a/b", "a/+", "a/#", "+/b", "#"]);
  expect(before[1]).toEqual(["$x/#"]);
  await hub.loaded();
  expect(topics.map((topic) => hub.match(topic))).toEqual(before);
  await hub.close();
});

test("what is removed matches no more, what comes back matches once", async () => {
  const hub = createHub();
  hub.add("a/+");
  await hub.loaded();
  hub.remove("a/+");
  expect(hub.match("a/b")).toEqual([]);
  hub.add("a/+");
  expect(hub.match("a/b")).toEqual(["a/+"]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(hub.match("a/b")).toEqual(["a/+"]);
  await hub.close();
});

test("aedes is pinned exactly", async () => {
  const { dependencies } = JSON.parse(
    await readFile(new URL("../../../package.json", import.meta.url), "utf8"),
  ) as {
    dependencies: Record<string, string>;
  };
  expect(dependencies["aedes"]).toMatch(/^\d/);
});
