/**
 * Lets a FastStream service (py_service) and a millrace service (ts-service) talk to each other over real brokers, and
 * prints what arrived as it was sent. `node run.js --help`
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { columns, converse } from "./conversation.js";
import { Peer } from "./peer.js";
import { NoFastStream, pythonWithFastStream } from "./python.js";

/** @import { Facts, Row } from "./conversation.js" */

/** The modes of each broker. @satisfies {Record<string, Record<string, Facts>>} */
const brokers = {
  kafka: { kafka: {} },
  rabbitmq: { "rabbitmq queue": {}, "rabbitmq topic": {} },
  nats: { nats: { asciiNames: true } },
  jetstream: { jetstream: { asciiNames: true, oneWay: true } },
  redis: { "redis channel": {}, "redis list": {}, "redis stream": {} },
  mqtt: { mqtt: {} },
};
/** @typedef {keyof typeof brokers} Broker */

const help = `Usage: node run.js [options]

Starts a FastStream service (Python) and a millrace service (TypeScript), lets them exchange messages both ways over
each broker, and prints what arrived as it was sent. Ends with 1 where anything differs, with 3 where there is no Python
that will do or FastStream cannot be installed, with 2 where it cannot run for another reason.

The brokers are those whose address the environment names:
  MILLRACE_KAFKA_URL, MILLRACE_RABBITMQ_URL, MILLRACE_NATS_URL, MILLRACE_REDIS_URL, MILLRACE_MQTT_URL
  or the same with TEST_ for MILLRACE_. JetStream needs a NATS server that has it enabled (nats-server -js).
What the services make there has names that begin with "interop".

Options:
  --only kafka,redis  these only, of ${Object.keys(brokers).join(", ")}
  --python COMMAND    the Python to use, 3.10 or later (default: the first that is found)
  --install           installs FastStream and ends
  --json              prints the rows as JSON
  --verbose           shows the services' logs
  --help              shows this

FastStream is installed once, with pip, into a virtual environment under $MILLRACE_INTEROP_CACHE
(default: ~/.cache/millrace-interop).
`;

/** @returns {Promise<number>} The exit code. */
async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      python: { type: "string" },
      install: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const urls = values.install ? {} : chosenBrokers(values.only);
  const names = /** @type {Broker[]} */ (Object.keys(urls));
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  const python = await pythonWithFastStream({ python: values.python, say });
  if (values.install) return 0;

  const env = {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [variable("MILLRACE", name), urls[name]])),
  };
  const { verbose } = values;
  const cwd = import.meta.dirname;
  const py = new Peer("the FastStream service", {
    command: python,
    args: ["-m", "py_service", ...names],
    cwd,
    // No .pyc files beside the sources; UTF-8 on Windows, too.
    env: { ...env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    verbose,
    ipc: false,
  });
  const ts = new Peer("the millrace service", {
    command: process.execPath,
    args: [millraceCommand(), "run", join("ts-service", "app.ts"), "--factory"],
    cwd,
    env: { ...env, INTEROP_BROKERS: names.join(","), MILLRACE_SERVICE: "interop-ts" },
    verbose,
    ipc: true,
  });
  const interrupted = new Promise((resolve) => process.once("SIGINT", () => resolve(130)));
  try {
    return await Promise.race([talk(names, { py, ts }, values.json), interrupted]);
  } finally {
    await Promise.all([py.stop(), ts.stop()]);
  }
}

/** @param {Broker[]} names @param {{ py: Peer, ts: Peer }} peers @param {boolean} json */
async function talk(names, peers, json) {
  await Promise.all([peers.py.ready(), peers.ts.ready()]);
  /** @type {Record<string, Row>} */
  const rows = {};
  for (const name of names)
    for (const [mode, facts] of Object.entries(brokers[name]))
      rows[mode] = await converse(mode, peers, facts);
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  const cells = Object.values(rows).flatMap((row) => Object.values(row));
  return cells.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

/** @param {Record<string, Row>} rows */
function table(rows) {
  const modes = Object.keys(rows);
  const first = Math.max("broker".length, ...modes.map((mode) => mode.length));
  const text = (/** @type {Row[keyof Row]} */ { checks, differences }) =>
    checks === 0
      ? "–"
      : differences.length > 0
        ? `${differences.length} of ${checks} differ`
        : `ok (${checks})`;
  const widths = columns.map((column) =>
    Math.max(
      column.length,
      ...modes.map((mode) => text(/** @type {Row} */ (rows[mode])[column]).length),
    ),
  );
  const line = (/** @type {string} */ head, /** @type {string[]} */ cells) =>
    [head.padEnd(first), ...cells.map((cell, index) => cell.padEnd(widths[index] ?? 0))]
      .join("  ")
      .trimEnd();
  const lines = [line("broker", [...columns])];
  for (const [mode, row] of Object.entries(rows))
    lines.push(
      line(
        mode,
        columns.map((column) => text(row[column])),
      ),
    );
  for (const [mode, row] of Object.entries(rows))
    for (const column of columns)
      for (const difference of row[column].differences)
        lines.push(`✗ ${mode}, ${column}: ${difference}`);
  return `${lines.join("\n")}\n`;
}

/** @param {string | undefined} only @returns {Partial<Record<Broker, string>>} */
function chosenBrokers(only) {
  const wanted = only?.split(",") ?? Object.keys(brokers);
  const unknown = wanted.filter((name) => !(name in brokers));
  if (unknown.length > 0)
    throw new Usage(
      `no such broker: ${unknown.join(", ")}; there are ${Object.keys(brokers).join(", ")}`,
    );
  const found = /** @type {Broker[]} */ (wanted).map((name) => [
    name,
    process.env[variable("MILLRACE", name)] || process.env[variable("TEST", name)],
  ]);
  const missing = found
    .filter(([, url]) => !url)
    .map(([name]) => variable("MILLRACE", String(name)));
  if (missing.length === found.length || (only !== undefined && missing.length > 0))
    throw new Usage(
      `no address for ${missing.join(", ")}: set it, for instance to what \`npx millrace-emulator\` prints`,
    );
  return Object.fromEntries(found.filter(([, url]) => url));
}

/** @param {"MILLRACE" | "TEST"} prefix @param {string} name */
const variable = (prefix, name) =>
  `${prefix}_${(name === "jetstream" ? "nats" : name).toUpperCase()}_URL`;

/** The script behind `npx millrace`. */
function millraceCommand() {
  const manifest = createRequire(import.meta.url).resolve("millrace/package.json");
  return join(dirname(manifest), "bin", "millrace.js");
}

/** Called in a way that cannot be. */
class Usage extends Error {}

/** Without the stack where it says all there is to say. @param {unknown} error */
function textOf(error) {
  if (!(error instanceof Error)) return String(error);
  const slip = "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  const plain = slip || error instanceof Usage || error instanceof NoFastStream;
  return (plain ? error.message : error.stack) ?? error.message;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = error instanceof NoFastStream ? 3 : 2;
}
