import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isSource, watchFolders } from "./watch.ts";

function watching() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-watch-"));
  const file = join(folder, "app.ts");
  writeFileSync(file, "1");
  const changes: string[] = [];
  const watched = watchFolders((changed) => changes.push(changed));
  onTestFinished(() => {
    watched.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, file, changes, watched };
}

test("several events of one save are one change", async () => {
  const { folder, file, changes, watched } = watching();
  watched.add(file, Date.now() + 1000);
  writeFileSync(join(folder, ".app.ts.swp"), "");
  for (const text of ["2", "3", "4"]) writeFileSync(file, text);
  await expect.poll(() => changes).toEqual([file]);
});

test("a file beside it counts, too: a missing import may have appeared", async () => {
  const { folder, file, changes, watched } = watching();
  watched.add(file, Date.now() + 1000);
  const other = join(folder, "other.ts");
  writeFileSync(other, "");
  await expect.poll(() => changes).toEqual([other]);
});

test("of JSON, what was imported counts, and no other", async () => {
  const { folder, changes, watched } = watching();
  const imported = join(folder, "prices.json");
  watched.add(imported, Date.now() + 1000);
  writeFileSync(join(folder, "ledger.json"), "[]");
  writeFileSync(imported, "{}");
  await expect.poll(() => changes).toEqual([imported]);
});

test("a save between reading and watching is noticed, once", async () => {
  const { file, changes, watched } = watching();
  watched.add(file, Date.now() - 60_000);
  await expect.poll(() => changes).toEqual([file]);
  // Known by now: a clock that is wrong must not make it start again for ever.
  watched.add(file, 0);
  writeFileSync(file, "2");
  await expect.poll(() => changes).toEqual([file, file]);
});

test.each([
  ["app.ts", true],
  ["app.mjs", true],
  ["data.json", false],
  [".app.ts.swp", false],
  ["app.ts~", false],
  ["4913", false],
  ["README.md", false],
])("%s is source: %s", (name, source) => {
  expect(isSource(name)).toBe(source);
});
