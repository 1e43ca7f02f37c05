import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a test without its server is skipped and says why", async () => {
  const { code, output } = await run({});
  expect(output).toContain("1 passed, 0 failed, 4 skipped");
  expect(output.match(/^skipped: .*$/gm)).toEqual([
    "skipped: absent.test.ts: mill-server is not installed: apt install mill-server; or set TEST_MILL_URL to one that runs",
    'skipped: absent.test.ts "starts its own": mill-server is not installed: apt install mill-server; or set TEST_MILL_URL to one that runs',
    'skipped: absent.test.ts "kills a lent one": mill://lent is not ours to stop',
    'skipped: absent.test.ts "is seldom there": mill-stone is not installed',
  ]);
  expect(code).toBe(0);
});

test("in CI it fails, but for what CI may go without", async () => {
  const { code, output } = await run({ CI: "true" });
  expect(output).toContain("1 passed, 2 failed, 2 skipped");
  expect(output.match(/^skipped: .*$/gm)).toEqual([
    'skipped: absent.test.ts "is seldom there": mill-stone is not installed',
  ]);
  expect(code).toBe(1);
});

/** The fixture whose server does not exist, by a vitest of its own. */
async function run(settings: { CI?: string }): Promise<{ code: number; output: string }> {
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const root = fileURLToPath(new URL("fixtures/absent", import.meta.url));
  const { CI: _, ...env } = process.env;
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [vitest, "run", "--root", root],
      {
        env: { ...env, NO_COLOR: "1", ...settings },
      },
    );
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}
