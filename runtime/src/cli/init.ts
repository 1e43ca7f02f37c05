/** `millrace init`: a service with a test, ready to run. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type Command, CommandError, usageError } from "./command.ts";
import { type BrokerName, brokerNames, serviceFiles } from "./service-files.ts";
import { didYouMean } from "./suggest.ts";

export const init: Command = {
  name: "init",
  operand: "[DIR]",
  summary: "Makes a service with a test in DIR (default: the current folder); overwrites nothing.",
  options: {
    broker: { value: "NAME", help: `${brokerNames.join(", ")} (default nats)` },
    help: { help: "shows this" },
  },
  examples: ["millrace init billing", "millrace init billing --broker kafka"],

  async run(call) {
    const folder = resolve(call.operand ?? ".");
    const files = serviceFiles(
      serviceName(folder),
      brokerNamed(call.values.get("broker") ?? "nats"),
    );
    refuseOverwriting(folder, Object.keys(files));
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
    }
    process.stdout.write(`${farewell(folder, Object.keys(files))}\n`);
    return 0;
  },
};

function brokerNamed(text: string): BrokerName {
  const name = brokerNames.find((known) => known === text);
  if (name !== undefined) return name;
  throw usageError(
    "init",
    `there is no broker "${text}": ${brokerNames.join(", ")}${didYouMean(text, brokerNames)}`,
  );
}

function refuseOverwriting(folder: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(join(folder, path)));
  if (existing.length === 0) return;
  const list = existing
    .map((path) => `  ${relative(process.cwd(), join(folder, path))}`)
    .join("\n");
  throw new CommandError(
    `these files exist and are not overwritten:\n${list}\nName another folder: millrace init DIR`,
  );
}

/** The folder's name as npm allows it. */
export function serviceName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name === "" ? "service" : name;
}

function farewell(folder: string, paths: readonly string[]): string {
  const path = relative(process.cwd(), folder);
  const quoted = /\s/.test(path) ? `"${path}"` : path;
  const prefix = path === "" ? "" : ` --prefix ${quoted}`;
  return [
    `Made ${paths.join(", ")}${path === "" ? "" : ` in ${path}`}.`,
    "",
    "Next:",
    `  npm install${prefix}`,
    `  npm run dev${prefix}`,
  ].join("\n");
}
