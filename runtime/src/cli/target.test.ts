import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CommandError } from "./command.ts";
import { findTarget, splitTarget } from "./target.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-target-"));
mkdirSync(join(folder, "src"));
writeFileSync(join(folder, "src", "app.ts"), "");
writeFileSync(join(folder, "README.md"), "");
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["src/app.ts", "src/app.ts", undefined],
  ["src/app.ts:billing", "src/app.ts", "billing"],
  ["C:\\shop\\app.ts", "C:\\shop\\app.ts", undefined],
  ["C:\\shop\\app.ts:$app", "C:\\shop\\app.ts", "$app"],
  ["C:app", "C:app", undefined],
])("%s is file %s and export %s", (text, path, exportName) => {
  expect(splitTarget(text)).toEqual({ path, exportName });
});

test("the extension may be left out", () => {
  const target = findTarget("src/app:billing", folder);
  expect(target).toEqual({
    file: join(folder, "src", "app.ts"),
    shown: join("src", "app.ts"),
    exportName: "billing",
  });
});

test.each([
  ["src/ap.ts", `there is no file src/ap.ts in ${folder}; did you mean ${join("src", "app.ts")}?`],
  ["src/other.ts", `there is no file src/other.ts in ${folder}`],
  ["source/app.ts", `there is no file source/app.ts in ${folder}, nor a folder source`],
  ["src", `src is a folder: name the file that exports the App, such as ${join("src", "app.ts")}`],
  [
    "README.md",
    "README.md is neither TypeScript nor JavaScript: name the file that exports the App",
  ],
])("%s says what is wrong", (text, message) => {
  expect(() => findTarget(text, folder)).toThrow(new CommandError(message));
});
