/** The `millrace` command. bin/millrace.js imports this file, and it runs. */
import { createRequire } from "node:module";
import { type Command, CommandError, parseCall } from "./command.ts";
import { dev } from "./dev.ts";
import { commandHelp, overview } from "./help.ts";
import { init } from "./init.ts";
import { explain } from "./report.ts";
import { run } from "./run.ts";
import { didYouMean } from "./suggest.ts";

const commands: readonly Command[] = [run, dev, init];

// Who reads the output may go before us (a pipe's end, a workbench that was killed). Unheard, that error would be reported
// as a failure, on the same broken pipe, and so on without end.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

process.exit(await main(process.argv.slice(2)));

async function main([name, ...args]: readonly string[]): Promise<number> {
  try {
    return await dispatch(name, args);
  } catch (error) {
    await say(
      process.stderr,
      `millrace${name === undefined ? "" : ` ${name}`}: ${explain(error)}\n`,
    );
    return error instanceof CommandError ? error.exitCode : 1;
  } finally {
    // Pipes are written later on some systems, and the process is about to end.
    await Promise.all([say(process.stdout, ""), say(process.stderr, "")]);
  }
}

async function dispatch(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    await say(process.stdout, overview(commands));
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    await say(process.stdout, `${version()}\n`);
    return 0;
  }
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    const hint = didYouMean(
      name,
      commands.map((known) => known.name),
      (word) => `millrace ${word}`,
    );
    throw new CommandError(`there is no such command${hint}\nSee: millrace --help`, {
      exitCode: 2,
    });
  }
  if (asksForHelp(args)) {
    await say(process.stdout, commandHelp(command));
    return 0;
  }
  return command.run(parseCall(command, args));
}

function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === "--help" || arg === "-h");
}

/** By its name, which a package may ask for itself: holds from src and from any chunk of dist. */
function version(): string {
  return (createRequire(import.meta.url)("millrace/package.json") as { version: string }).version;
}

function say(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => void stream.write(text, () => resolve()));
}
