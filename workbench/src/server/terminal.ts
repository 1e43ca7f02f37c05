/** What `millrace dev` prints: progress on stdout, what the services say on stderr, each line with its service's name. */
import type { OutputLine } from "../session/services.ts";

export interface Terminal {
  /** Whether the services' lines may be coloured. */
  readonly coloured: boolean;
  say(line: string): void;
  warn(line: string): void;
  service(line: OutputLine): void;
}

// Cyan, yellow, magenta, green, blue: what is readable on light and dark.
const COLOURS = [36, 33, 35, 32, 34] as const;

export function createTerminal(
  stdout: NodeJS.WritableStream,
  stderr: NodeJS.WritableStream,
): Terminal {
  const coloured =
    "isTTY" in stderr && stderr.isTTY === true && process.env["NO_COLOR"] === undefined;
  const seen: string[] = [];
  return {
    coloured,
    say: (line) => void stdout.write(`${line}\n`),
    warn: (line) => void stderr.write(`${line}\n`),
    service({ service, line }) {
      if (!seen.includes(service)) seen.push(service);
      const colour = COLOURS[seen.indexOf(service) % COLOURS.length] ?? 36;
      const name = coloured ? `\u001b[${colour}m${service}\u001b[0m` : service;
      stderr.write(`${name} | ${line}\n`);
    },
  };
}
