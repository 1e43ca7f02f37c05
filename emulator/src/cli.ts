/** The command `millrace-emulator`. */
import { parseArgs } from "node:util";
import type { Emulator, EmulatorOptions, EmulatorServer } from "./emulator.ts";
import { startEmulator } from "./index.ts";
import { VERSION } from "./version.ts";

const HELP = `millrace-emulator ${VERSION}: NATS and MQTT brokers for development and tests, never for production

Usage: millrace-emulator [options]

  --nats PORT    port for NATS, 0 = any free one (default 4222)
  --mqtt PORT    port for MQTT, 0 = any free one (default 1883)
  --only a,b     open only these: nats, mqtt
  --json         when ready, print one line of JSON: {"nats":"nats://127.0.0.1:4222","mqtt":"mqtt://127.0.0.1:1883"}
  --version      print the version
  --help         print this

A port that is taken is replaced by a free one. Everything is kept in memory and listens on this machine only. Ctrl-C ends it.
`;

/** Spoken protocols by their options' names. */
const protocols = ["nats", "mqtt"] as const;
type Spoken = (typeof protocols)[number];

const options = {
  nats: { type: "string" },
  mqtt: { type: "string" },
  only: { type: "string" },
  json: { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** A mistake on the command line. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const values = parse(args);
  if (values.help === true) return void process.stdout.write(HELP);
  if (values.version === true) return void process.stdout.write(`${VERSION}\n`);
  const emulator = await startEmulator(read(values));
  endOnSignal(emulator);
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(urls(emulator.servers))}\n`
      : describe(emulator.servers),
  );
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

function parse(args: readonly string[]): Values {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional")
      throw new UsageError(`"${token.value}" is not an option${nearest(token.value)}`);
    if (token.kind === "option" && !Object.hasOwn(options, token.name)) {
      throw new UsageError(`there is no option ${token.rawName}${nearest(token.name)}`);
    }
  }
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    // parseArgs' first sentence says what is wrong; the rest is about positional arguments, which there are none of.
    throw new UsageError(
      error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error),
    );
  }
}

function read(values: Values): EmulatorOptions {
  const ports: { [Name in Spoken]?: number } = {};
  for (const name of protocols) {
    const given = values[name];
    if (given !== undefined) ports[name] = readPort(name, given);
  }
  return {
    ports,
    ...(values.only === undefined
      ? {}
      : { only: values.only.split(",").map((name) => readName(name.trim())) }),
  };
}

function readPort(name: Spoken, given: string): number {
  const port = Number(given);
  if (/^\d{1,5}$/.test(given) && port <= 65_535) return port;
  throw new UsageError(
    `--${name} takes a port from 0 to 65535 (0 = any free one), not "${given}": for example --${name} 0`,
  );
}

function readName(given: string): Spoken {
  const found = protocols.find((name) => name === given);
  if (found === undefined)
    throw new UsageError(
      `--only takes a list of ${protocols.join(", ")}, not "${given}": for example --only nats`,
    );
  return found;
}

/** The option that was probably meant: a shared beginning will do for six of them. */
function nearest(given: string): string {
  const word = given.replace(/^-+/, "").toLowerCase();
  const found = Object.keys(options).find(
    (name) => word !== "" && (name.startsWith(word.slice(0, 3)) || word.startsWith(name)),
  );
  return found === undefined ? "" : `: did you mean --${found}?`;
}

function urls(servers: readonly EmulatorServer[]): Record<string, string> {
  return Object.fromEntries(servers.map((server) => [server.protocol, server.url]));
}

function describe(servers: readonly EmulatorServer[]): string {
  const lines = servers.map(({ protocol, url, port, movedFrom }) => {
    const moved =
      movedFrom === undefined
        ? ""
        : `   (${movedFrom} is taken, so it is on ${port}: set MILLRACE_${protocol.toUpperCase()}_URL=${url})`;
    return `  ${protocol.padEnd(6)}${url}${moved}`;
  });
  return `millrace-emulator ${VERSION} is ready\n\n${lines.join("\n")}\n\nFor development and tests, never production: nothing is kept. Ctrl-C ends it.\n`;
}

function endOnSignal(emulator: Emulator): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // A second Ctrl-C ends the process the system's way.
      void emulator.close().then(() => process.exit(0));
    });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const usage =
    error instanceof UsageError ? "\nmillrace-emulator --help shows all options\n" : "\n";
  process.stderr.write(
    `millrace-emulator: ${error instanceof Error ? error.message : String(error)}${usage}`,
  );
  process.exitCode = 1;
});
