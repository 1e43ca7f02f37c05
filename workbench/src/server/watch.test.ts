import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { watchFolder } from "./watch.ts";

test("files of the workspace are told as they change, those of packages and builds are not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-watch-"));
  await mkdir(join(folder, "node_modules", "zod"), { recursive: true });
  await mkdir(join(folder, "orders"));
  const told: string[] = [];
  const watcher = await watchFolder(
    folder,
    (path) => told.push(path),
    (error) => told.push(error.message),
  );
  await writeFile(join(folder, "node_modules", "zod", "index.js"), "1");
  await writeFile(join(folder, "orders", "app.ts"), "1");
  await expect.poll(() => told).toEqual([join(folder, "orders", "app.ts")]);
  await rm(join(folder, "orders", "app.ts"));
  await expect.poll(() => told.length).toBe(2);
  await watcher.close();
  await rm(folder, { recursive: true });
});
