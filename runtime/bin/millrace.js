#!/usr/bin/env node
// In the repository `dist` is brought up to date first; the published package has nothing but `dist`.
import { existsSync } from "node:fs";

if (existsSync(new URL("../src", import.meta.url))) {
  const { bringUpToDate } = await import(new URL("../../build.js", import.meta.url).href);
  await bringUpToDate("runtime");
  // The workbench needs the emulator, which is brought up to date with it.
  if (process.argv[2] === "dev") await bringUpToDate("workbench");
}
await import("../dist/cli/main.js");
