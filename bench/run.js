/** `npm run bench`: the figures we quote, measured on this machine, as a ratio of two ways in the same run. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { bringUpToDate } from "../build.js";
import { kafkaFigures } from "./kafka.js";
import { memory } from "./memory.js";
import { mqttQos0, mqttQos1, mqttQos2 } from "./mqtt.js";
import { jetstreamConsume, jetstreamPublish, natsPublish, natsRequest } from "./nats.js";
import { rabbitmqFigures } from "./rabbitmq.js";
import { redisCommands } from "./redis.js";
import { runtimeSubscriber } from "./runtime.js";
import { Missing, versionOf } from "./servers.js";
import { emulatorStarts } from "./start.js";

const all = [
  natsPublish,
  natsRequest,
  jetstreamPublish,
  jetstreamConsume,
  ...redisCommands,
  ...rabbitmqFigures,
  ...kafkaFigures,
  mqttQos0,
  mqttQos1,
  mqttQos2,
  runtimeSubscriber,
  ...emulatorStarts,
  ...memory,
];

const HELP = `npm run bench -- [BEGINNING...] [options]

Measures the figures whose names begin so, or all. Each is a ratio of two ways in the same run.

  --only NAMES       these figures alone: nats-publish,mqtt-qos1
  --rounds N         so often, 3 by default: more take longer and swing less
  --kfake HOST:PORT  the figures of Kafka also against the kfake that listens there, franz-go's Kafka in memory: a Go
                     program of yours that calls kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(PORT)) and waits
  --help             print this
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    kfake: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) {
  process.stdout.write(HELP);
  process.exit();
}
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds ${values.rounds}: a number from 1`);
const begun = all
  .map(({ name }) => name)
  .filter((name) => positionals.some((each) => name.startsWith(each)));
const names =
  values.only?.split(",") ?? (positionals.length > 0 ? begun : all.map(({ name }) => name));
const unknown = names.filter((name) => all.every((each) => each.name !== name));
if (unknown.length > 0)
  throw new Error(
    `no such figure: ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`,
  );

await bringUpToDate("emulator");
await bringUpToDate("runtime");

const versions = await Promise.all([
  versionOf("nats-server", ["--version"]),
  versionOf("redis-server", ["--version"]),
  versionOf("mosquitto", ["-h"]),
]);
const processors = cpus();
console.log(
  [
    `Node ${process.version} on ${process.platform}`,
    `${processors.length} × ${processors[0]?.model.trim()}`,
    ...versions.filter((version) => version !== ""),
  ].join(", "),
);
console.log(`median of ${rounds} rounds; lowest and highest in brackets\n`);

const count = { passed: 0, failed: 0, skipped: 0 };
for (const figure of all.filter((each) => names.includes(each.name))) {
  const { name, what, run } = figure;
  try {
    /** @type {import("./compare.js").Result} */
    const result = await run(rounds, values.kfake);
    const { measured, against, peer } = result;
    const more = "difference" in figure ? `, ${whole(measured - against)} more` : "";
    const kfake = peer ? `, ${besides(peer)}` : "";
    console.log(
      `${name.padEnd(17)} ${ratioOf(result)}  ${whole(measured)} to ${whole(against)}${more}${kfake}  ${what}`,
    );
    count.passed++;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof Missing) count.skipped++;
    else count.failed++;
    console.log(
      error instanceof Missing
        ? `skipped: ${name}, ${reason}`
        : `${name.padEnd(17)} failed: ${reason}`,
    );
  }
}
console.log(
  `\n${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ""}`,
);
process.exitCode = count.failed === 0 ? 0 : 1;

/** @param {import("./compare.js").Comparison | import("./compare.js").Refusal} peer */
function besides(peer) {
  return "refusal" in peer
    ? `kfake failed: ${peer.refusal}`
    : `${ratioOf(peer)} to kfake's ${whole(peer.against)}`;
}

/** @param {import("./compare.js").Comparison} comparison */
function ratioOf({ ratio, lowest, highest }) {
  return `${ratio.toFixed(2)} [${lowest.toFixed(2)}–${highest.toFixed(2)}]`;
}

/** @param {number} value */
function whole(value) {
  return Math.round(value).toLocaleString("en");
}
