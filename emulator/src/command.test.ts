/** A command as it starts the second time: faster, and never with other code than its file has. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "./command.ts";

// V8 remembers in one process what it has compiled, and then does not look at what was kept.
setFlagsFromString("--no-compilation-cache");

let folder: string;
let file: string;
/** What the command under test has said. */
let said: unknown[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-command-"));
  file = join(folder, "command.script");
  said = [];
  vi.stubEnv("NODE_COMPILE_CACHE", join(folder, "kept"));
  vi.stubGlobal("say", (word: unknown) => said.push(word));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

test("runs from what was kept when it was ready, and keeps more once another part has run", async () => {
  await write("one");
  await runCommand(file, ["a"]);
  const first = await kept();
  expect(first).toBeDefined();
  await runCommand(file, ["a"]);
  expect(await kept()).toEqual(first);
  await runCommand(file, ["b", "c"]);
  const second = await kept();
  expect(second).not.toEqual(first);
  await runCommand(file, ["c", "a"]);
  expect(await kept()).toEqual(second);
  expect(said).toEqual(["one:a", "one:a", "one:b,c", "one:c,a"]);
});

test("keeps nothing of a run in which no part began", async () => {
  await write("one");
  await runCommand(file, []);
  await expect(kept()).rejects.toThrow("ENOENT");
});

// V8 would take the old code: it compares the length alone.
test("a file that was replaced by one of the same length runs as it is now", async () => {
  await write("one");
  await runCommand(file, ["a"]);
  await write("two");
  await runCommand(file, ["a"]);
  expect(said).toEqual(["one:a", "two:a"]);
});

test("what is damaged is not used, and written anew", async () => {
  await write("one");
  await runCommand(file, ["a"]);
  const whole = await kept();
  await writeFile(await keptFile(), whole.fill(7, 256, 300));
  await runCommand(file, ["a"]);
  expect(said).toEqual(["one:a", "one:a"]);
  expect((await kept()).subarray(256, 300).every((byte) => byte === 7)).toBe(false);
});

test.runIf(process.platform !== "win32")(
  "nothing is taken from a folder in which others may write",
  async () => {
    await write("one");
    await runCommand(file, ["a"]);
    await chmod(join(await keptFile(), ".."), 0o777);
    await rm(await keptFile());
    await runCommand(file, ["a"]);
    await expect(kept()).rejects.toThrow("undefined");
  },
);

test("runs where nothing can be kept", async () => {
  await write("one");
  await writeFile(join(folder, "kept"), "a file where the folder would be");
  await runCommand(file, ["a"]);
  expect(said).toEqual(["one:a"]);
});

/** A command that says a word of three letters and its arguments, which are the parts that ran. */
async function write(word: string): Promise<void> {
  await writeFile(
    file,
    `(function (exports) { exports.run = async (args) => { say("${word}:" + args); return args; }; })`,
  );
}

async function keptFile(): Promise<string> {
  const [user] = await readdir(join(folder, "kept"));
  const [name] = await readdir(join(folder, "kept", user!));
  return join(folder, "kept", user!, name!);
}

async function kept(): Promise<Buffer> {
  return readFile(await keptFile());
}
