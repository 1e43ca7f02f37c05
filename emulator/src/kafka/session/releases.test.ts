import { expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { createDispatchTable } from "./dispatch.ts";

function offered(release?: string): Record<string, readonly [number, number]> {
  const rows = [...createDispatchTable(createClock(), release).values()];
  return Object.fromEntries(rows.map(({ api, versions }) => [api.name, versions]));
}

test("a release offers what it had, and nothing that came later", () => {
  expect(offered("2.8")).toMatchObject({
    Produce: [0, 9],
    Fetch: [0, 12],
    Metadata: [0, 11],
    ApiVersions: [0, 3],
  });
  expect(offered("2.8")).not.toHaveProperty("ConsumerGroupHeartbeat");
  expect(offered("0.10.1")).toMatchObject({ Fetch: [0, 3], Produce: [0, 2], CreateTopics: [0, 0] });
  expect(offered("0.10")).toMatchObject({ Fetch: [0, 2] });
  expect(offered("3.9.1").Fetch).toEqual(offered("3.9").Fetch);
});

test("from 4.0 on the oldest versions are gone", () => {
  expect(offered("3.9").Fetch).toEqual([0, 17]);
  expect(offered("4.0").Fetch).toEqual([4, 17]);
});

test("every API that is answered says since when, so that it can be left out", () => {
  expect(Object.keys(offered("4.2")).sort()).toEqual(Object.keys(offered()).sort());
});

test.each(["", "9", "0.9", "5.0", "2.8-rc1", "latest"])("%j is no release", (release) => {
  expect(() => offered(release)).toThrow(`"${release}" is no release of Kafka from 0.10 to 4.2`);
});
