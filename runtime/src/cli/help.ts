/** The text of `--help`; docs/cli.md shows the same, and a test compares. */
import type { Command } from "./command.ts";

/** `millrace --help` */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command): Row => [
    `millrace ${command.name} ${command.operand}`,
    command.summary,
  ]);
  return [
    "millrace: services on message brokers",
    "",
    ...table(rows),
    "",
    ...table([
      ["millrace COMMAND --help", "shows a command's options"],
      ["millrace --version", "shows the version"],
    ]),
    "",
  ].join("\n");
}

/** `millrace COMMAND --help` */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]): Row => [
    `--${name}${spec.value === undefined ? "" : ` ${spec.value}`}`,
    spec.help,
  ]);
  if (command.passesOn !== undefined) options.push(["--ANY VALUE", command.passesOn]);
  return [
    `millrace ${command.name} ${command.operand}`,
    "",
    command.summary,
    "",
    ...table(options),
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

type Row = readonly [left: string, right: string];

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
