import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openInBrowser } from "./browser.ts";

test("the token is on no command line: the browser gets a file that leads on", async () => {
  const url = "http://127.0.0.1:4000/#token=0123456789abcdef";
  let line = "";
  const remove = await openInBrowser(url, (file, args) => (line = [file, ...args].join(" ")));
  expect(line).not.toContain("token");
  const file = fileURLToPath(/file:\S+/.exec(line)?.[0] ?? "");
  expect(await readFile(file, "utf8")).toContain(`0; url=${url}`);
  const forOthers = process.platform === "win32" ? 0 : (await stat(file)).mode & 0o077;
  expect(forOthers).toBe(0);
  await remove();
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});
