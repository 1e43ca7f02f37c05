import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dev } from "./dev.ts";
import { makeProject } from "./fixtures/command-line.ts";
import { commandHelp, overview } from "./help.ts";
import { init } from "./init.ts";
import { run } from "./run.ts";

const docs = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");

test.each([run, dev, init])("docs/cli.md shows what millrace $name --help does", (command) => {
  const [, shown] = new RegExp(`\`\`\`text help=${command.name}\n([^]*?)\`\`\``).exec(docs) ?? [];
  expect(shown).toBe(commandHelp(command));
});

test("--help is answered, whatever else is asked", async () => {
  const asked = makeProject().millrace(["run", "--wrong", "--help"]);
  expect(await asked.ended).toBe(0);
  expect(asked.output.stdout).toBe(commandHelp(run));
});

test("millrace --help lists the commands; without a command it is a mistake", async () => {
  const project = makeProject();
  for (const [args, code] of [
    [["--help"], 0],
    [["-h"], 0],
    [[], 2],
  ] as const) {
    const asked = project.millrace(args);
    expect(await asked.ended).toBe(code);
    expect(asked.output.stdout).toBe(overview([run, dev, init]));
  }
});

test("millrace --version is the package's", async () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { version: string };
  const asked = makeProject().millrace(["--version"]);
  expect(await asked.ended).toBe(0);
  expect(asked.output.stdout).toBe(`${version}\n`);
});
