/** The command `millrace-emulator`. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type {
  Emulator,
  EmulatorAddress,
  EmulatorOptions,
  EmulatorServer,
  EmulatorTls,
  FurtherPortName,
  KafkaUser,
} from "./emulator.ts";
import { startEmulator } from "./index.ts";
import type { ProtocolName } from "./journal.ts";
import { furtherPorts, spokenProtocols, tlsPorts } from "./spoken.ts";
import { VERSION } from "./version.ts";

const HELP = `millrace-emulator ${VERSION}: NATS, Redis, MQTT, RabbitMQ and Kafka brokers for development and tests, never for production

Usage: millrace-emulator [options]

  --nats PORT    port for NATS, 0 = any free one (default 4222)
  --redis PORT   port for Redis, 0 = any free one (default 6379)
  --mqtt PORT    port for MQTT, 0 = any free one (default 1883)
  --mqtt-websocket PORT
                 port for MQTT over WebSocket (default 9001; with --mqtt 0 any free one)
  --rabbitmq PORT
                 port for RabbitMQ, 0 = any free one (default 5672)
  --rabbitmq-management PORT
                 port for its HTTP API (default 15672; with --rabbitmq 0 any free one)
  --kafka PORT   port for Kafka, 0 = any free one (default 9092)
  --kafka-schema-registry PORT
                 port for its Schema Registry (default 8081; with --kafka 0 any free one)
  --kafka-brokers N
                 so many brokers of one Kafka cluster, on ports one after the other (default 1)
  --kafka-as-version RELEASE
                 offer no later version of any API than this release of Kafka has: 2.8
  --kafka-config NAME=VALUE
                 a line of the Kafka brokers' server.properties, several times for several: num.partitions=3
  --tls-cert FILE, --tls-key FILE
                 open ports with TLS, too: RabbitMQ 5671, Redis 6380, MQTT 8883, Kafka 9093;
                 NATS has it on its own
  --tls-ca FILE  there clients must show a certificate that these authorities have signed
  --rabbitmq-tls PORT, --redis-tls PORT, --mqtt-tls PORT, --kafka-tls PORT
                 the port for it, 0 = any free one
  --mqtt-user NAME:PASSWORD
                 a user of MQTT, several times for several; then nobody else comes in
  --kafka-user NAME:PASSWORD
                 the same for Kafka, by SASL; then ACLs are enforced
  --only a,b     open only these: nats, redis, mqtt, rabbitmq, kafka
  --json         when ready, print one line of JSON: {"nats":"nats://127.0.0.1:4222", …}
  --version      print the version
  --help         print this

A port that is taken is replaced by a free one. Everything is kept in memory and listens on this machine only. Ctrl-C ends it.
`;

const options = {
  nats: { type: "string" },
  redis: { type: "string" },
  mqtt: { type: "string" },
  rabbitmq: { type: "string" },
  "rabbitmq-management": { type: "string" },
  "mqtt-websocket": { type: "string" },
  kafka: { type: "string" },
  "kafka-schema-registry": { type: "string" },
  "kafka-brokers": { type: "string" },
  "kafka-as-version": { type: "string" },
  "kafka-config": { type: "string", multiple: true },
  "rabbitmq-tls": { type: "string" },
  "redis-tls": { type: "string" },
  "mqtt-tls": { type: "string" },
  "kafka-tls": { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "tls-ca": { type: "string" },
  "mqtt-user": { type: "string", multiple: true },
  "kafka-user": { type: "string", multiple: true },
  only: { type: "string" },
  json: { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** These take passwords. */
const userOptions = ["mqtt-user", "kafka-user"] as const;
type UserOption = (typeof userOptions)[number];

/** A mistake on the command line. */
class UsageError extends Error {}

/** Resolves when clients can connect, to the protocols that are open. */
export async function run(args: readonly string[]): Promise<readonly string[]> {
  try {
    return await main(args);
  } catch (error) {
    const usage =
      error instanceof UsageError ? "\nmillrace-emulator --help shows all options\n" : "\n";
    process.stderr.write(
      `millrace-emulator: ${error instanceof Error ? error.message : String(error)}${usage}`,
    );
    process.exitCode = 1;
    return [];
  }
}

async function main(args: readonly string[]): Promise<readonly string[]> {
  const values = parse(args);
  if (values.help === true || values.version === true) {
    process.stdout.write(values.help === true ? HELP : `${VERSION}\n`);
    return [];
  }
  const emulator = await startEmulator({
    ...read(values),
    log: (line) => void process.stderr.write(`millrace-emulator: ${line}\n`),
  });
  endOnSignal(emulator);
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(urls(emulator.servers))}\n`
      : describe(emulator.servers),
  );
  return emulator.servers.map(({ protocol }) => protocol);
}

type PortName = ProtocolName | FurtherPortName;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(mistake(args) ?? theirs(error));
  }
}

/** What an option that is none was probably meant to be; undefined where that is not the mistake. */
function mistake(args: readonly string[]): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const users = userOptions.find((name) =>
    tokens.some((token) => "name" in token && token.name === name),
  );
  for (const token of tokens) {
    // It may be a password.
    if (token.kind === "positional" && users !== undefined) return userUsage(users);
    if (token.kind === "positional")
      return `"${token.value}" is not an option${nearest(token.value)}`;
    if (token.kind === "option" && !Object.hasOwn(options, token.name))
      return `there is no option ${token.rawName}${nearest(token.name)}`;
  }
  return undefined;
}

/** parseArgs' first sentence says what is wrong; the rest is about positional arguments, which there are none of. */
function theirs(error: unknown): string {
  return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
}

function read(values: Values): EmulatorOptions {
  const ports: { [Name in PortName]?: number } = {};
  for (const name of [...spokenProtocols, ...furtherPorts, ...tlsPorts]) {
    const given = values[name];
    if (given !== undefined) ports[name] = readPort(name, given);
  }
  const tls = readTls(values);
  return {
    ports,
    ...(values["kafka-brokers"] === undefined
      ? {}
      : { kafkaBrokers: readCount("kafka-brokers", values["kafka-brokers"]) }),
    ...(values["kafka-as-version"] === undefined
      ? {}
      : { kafkaAsVersion: values["kafka-as-version"] }),
    kafkaConfigs: Object.fromEntries((values["kafka-config"] ?? []).map(readConfig)),
    ...(tls === undefined ? {} : { tls }),
    mqttUsers: readUsers("mqtt-user", values),
    kafkaUsers: readUsers("kafka-user", values),
    ...(values.only === undefined
      ? {}
      : { only: values.only.split(",").map((name) => readName(name.trim())) }),
  };
}

function readPort(name: PortName, given: string): number {
  const port = Number(given);
  if (/^\d{1,5}$/.test(given) && port <= 65_535) return port;
  throw new UsageError(
    `--${name} takes a port from 0 to 65535 (0 = any free one), not "${given}": for example --${name} 0`,
  );
}

function readCount(name: string, given: string): number {
  const count = Number(given);
  if (/^\d{1,3}$/.test(given) && count >= 1 && count <= 100) return count;
  throw new UsageError(`--${name} takes a number from 1 to 100, not "${given}"`);
}

function readConfig(given: string): [string, string] {
  const [, name, value] = /^\s*([^\s=]+)\s*=\s*(.*)$/s.exec(given) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(
    `--kafka-config takes a name and a value as one word, not "${given}": for example --kafka-config num.partitions=3`,
  );
}

function readTls(values: Values): EmulatorTls | undefined {
  const { "tls-cert": cert, "tls-key": key, "tls-ca": ca } = values;
  if (cert !== undefined && key !== undefined)
    return {
      cert: readFile("tls-cert", cert),
      key: readFile("tls-key", key),
      ...(ca === undefined ? {} : { ca: readFile("tls-ca", ca) }),
    };
  const lonely = (["tls-cert", "tls-key", "tls-ca", ...tlsPorts] as const).find(
    (name) => values[name] !== undefined,
  );
  if (lonely === undefined) return undefined;
  throw new UsageError(`--${lonely} needs both --tls-cert and --tls-key`);
}

function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--${name} cannot be read: ${why}`, { cause });
  }
}

/** Not repeated where they are wrong: they may be passwords. */
function readUsers(name: UserOption, values: Values): KafkaUser[] {
  return (values[name] ?? []).map((given) => {
    const [, user, password] = /^([^:]+):(.+)$/s.exec(given) ?? [];
    if (user === undefined || password === undefined) throw new UsageError(userUsage(name));
    return { user, password };
  });
}

function userUsage(name: UserOption): string {
  return `--${name} takes a name and a password as one word: for example --${name} anna:secret`;
}

function readName(given: string): ProtocolName {
  const found = spokenProtocols.find((name) => name === given);
  if (found === undefined)
    throw new UsageError(
      `--only takes a list of ${spokenProtocols.join(", ")}, not "${given}": for example --only nats`,
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
  return Object.fromEntries(servers.flatMap(addresses).map(([name, { url }]) => [name, url]));
}

/** The server's own, then those of its further ports, by the names that options have for them. */
function addresses(server: EmulatorServer): readonly (readonly [string, EmulatorAddress])[] {
  const { protocol, tls, management, websocket, schemaRegistry } = server;
  return [
    [protocol, server],
    ...(tls === undefined ? [] : [[`${protocol}-tls`, tls] as const]),
    ...(management === undefined ? [] : [[`${protocol}-management`, management] as const]),
    ...(websocket === undefined ? [] : [[`${protocol}-websocket`, websocket] as const]),
    ...(schemaRegistry === undefined
      ? []
      : [[`${protocol}-schema-registry`, schemaRegistry] as const]),
  ];
}

function describe(servers: readonly EmulatorServer[]): string {
  const all = servers.flatMap(addresses);
  const width = Math.max(...all.map(([name]) => name.length)) + 2;
  const lines = all.map(([name, { url, port, movedFrom }]) => {
    const told = servers.some(({ protocol }) => protocol === name)
      ? `: set MILLRACE_${name.toUpperCase()}_URL=${url}`
      : "";
    const moved =
      movedFrom === undefined ? "" : `   (${movedFrom} is taken, so it is on ${port}${told})`;
    return `  ${name.padEnd(width)}${url}${moved}`;
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
