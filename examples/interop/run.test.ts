import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

async function run(...args: string[]) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MILLRACE|TEST)_\w+_URL$/.test(name)),
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, "run.js"), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: child.exitCode, output, complaint };
}

test("--help says what it does and which environment it reads", async () => {
  const { code, output } = await run("--help");
  expect(code).toBe(0);
  expect(output).toContain("MILLRACE_KAFKA_URL");
});

test("without an address, with an unknown broker or option it says so in one line", async () => {
  const cases = { "": "MILLRACE_NATS_URL", "--only=nix": "no such broker: nix", "--wat": "--wat" };
  for (const [argument, text] of Object.entries(cases)) {
    const { code, complaint } = await run(...(argument === "" ? [] : [argument]));
    expect(complaint).toContain(text);
    expect(complaint.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  }
});

test("a Python that is not there has an exit code of its own", async () => {
  const { code, complaint } = await run("--install", "--python", "no-such-python");
  expect(complaint).toContain("FastStream needs Python 3.10 or later");
  expect(code).toBe(3);
});
