/** The command line of nats-server: Go's flags, with one dash or two, the value behind a blank or `=`. */

/** What is wrong with the command line. */
export class UsageError extends Error {}

export interface Flags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly name?: string;
  readonly httpPort?: number;
  readonly jetstream?: boolean;
  readonly storeDir?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly debug?: boolean;
  readonly trace?: boolean;
  readonly logTime?: boolean;
  readonly logFile?: string;
  readonly pidFile?: string;
  readonly portsFileDir?: string;
  readonly check?: boolean;
  readonly version?: boolean;
  readonly help?: boolean;
  readonly signal?: string;
}

type Name = keyof Flags;
type Kind = "text" | "number" | "boolean";

/** Each flag: what it sets, and what it takes. */
const table: Readonly<Record<string, readonly [Kind, ...Name[]]>> = {
  c: ["text", "config"],
  config: ["text", "config"],
  a: ["text", "host"],
  addr: ["text", "host"],
  net: ["text", "host"],
  p: ["number", "port"],
  port: ["number", "port"],
  n: ["text", "name"],
  name: ["text", "name"],
  server_name: ["text", "name"],
  m: ["number", "httpPort"],
  http_port: ["number", "httpPort"],
  js: ["boolean", "jetstream"],
  jetstream: ["boolean", "jetstream"],
  sd: ["text", "storeDir"],
  store_dir: ["text", "storeDir"],
  user: ["text", "user"],
  pass: ["text", "password"],
  auth: ["text", "token"],
  D: ["boolean", "debug"],
  debug: ["boolean", "debug"],
  V: ["boolean", "trace"],
  VV: ["boolean", "trace"],
  trace: ["boolean", "trace"],
  DV: ["boolean", "debug", "trace"],
  DVV: ["boolean", "debug", "trace"],
  T: ["boolean", "logTime"],
  logtime: ["boolean", "logTime"],
  l: ["text", "logFile"],
  log: ["text", "logFile"],
  P: ["text", "pidFile"],
  pid: ["text", "pidFile"],
  ports_file_dir: ["text", "portsFileDir"],
  t: ["boolean", "check"],
  v: ["boolean", "version"],
  version: ["boolean", "version"],
  h: ["boolean", "help"],
  help: ["boolean", "help"],
  sl: ["text", "signal"],
  signal: ["text", "signal"],
};

/** @throws {UsageError} */
export function readFlags(args: readonly string[]): Flags {
  const flags: Record<string, string | number | boolean> = {};
  for (let index = 0; index < args.length; index++) {
    const given = args[index] ?? "";
    const [, name = "", inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(given) ?? [];
    if (name === "") {
      // As the real one: `nats-server version` is a flag without its dashes.
      if (given === "version" || given === "help") flags[given] = true;
      else throw new UsageError(`unrecognized command: "${given}"`);
      continue;
    }
    const found = Object.hasOwn(table, name) ? table[name] : undefined;
    if (found === undefined) throw new UsageError(`flag provided but not defined: -${name}`);
    const [kind, ...fields] = found;
    const value = kind === "boolean" ? (inline ?? "true") : (inline ?? args[++index]);
    if (value === undefined) throw new UsageError(`flag needs an argument: -${name}`);
    for (const field of fields) flags[field] = readValue(kind, value, name);
  }
  return flags;
}

function readValue(kind: Kind, value: string, name: string): string | number | boolean {
  if (kind === "text") return value;
  if (kind === "boolean") {
    if (/^(1|t|true)$/i.test(value)) return true;
    if (/^(0|f|false)$/i.test(value)) return false;
    throw new UsageError(`invalid boolean value "${value}" for -${name}: parse error`);
  }
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`invalid value "${value}" for flag -${name}: parse error`);
}

export const USAGE = `
Usage: nats-server [options]

A NATS server for development and tests, of the package @millrace/emulator. It listens on this machine only.

Server:
    -a, --addr, --net HOST       Host to name; loopback is what is listened on
    -p, --port PORT              Port for clients (default 4222, -1 = any free one)
    -n, --name NAME              Server name
    -m, --http_port PORT         Port for monitoring
    -c, --config FILE            Configuration file
    -t                           Test the configuration and exit
    -P, --pid FILE               File for the process id
        --ports_file_dir DIR     Folder for a file with the ports that are open
    -sl, --signal SIGNAL=PID     Send a signal (ldm, stop, quit, term, reopen, reload)

Logging:
    -D, -V, -DV                  Debug, trace, both
    -l, --log FILE               Log to a file
    -T, --logtime=BOOL           Times in the log (default true)

JetStream:
    -js, --jetstream             Open JetStream
    -sd, --store_dir DIR         Folder for its file streams

Authorization:
        --user NAME, --pass WORD What clients must give
        --auth TOKEN             A token that clients must give

    -v, --version                Print the version
    -h, --help                   Print this
`;
