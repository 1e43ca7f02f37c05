#!/usr/bin/env node
// In the repository `dist` is brought up to date first; the published package has nothing but `dist`.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

async function main() {
  if (existsSync(join(__dirname, "../src"))) {
    const { bringUpToDate } = await import("../../build.js");
    await bringUpToDate("emulator");
  }
  const { runCommand } = require("../dist/command.cjs");
  await runCommand(join(__dirname, "../dist/cli.script"), process.argv.slice(2));
}

void main();
