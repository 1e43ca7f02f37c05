/**
 * What whoever starts the emulator wants in the brokers' server.properties. It is looked at as a broker looks at its file
 * when it starts; but a name that it does not know is refused here, where Kafka leaves it to plugins.
 */
import type { BrokerConfigs } from "../admin-contract.ts";
import { KafkaError } from "../errors.ts";
import { brokerDefinitions, internalDefinitions } from "./definitions/brokers.ts";
import {
  type ConfigDefinition,
  defineConfigs,
  parseConfig,
  refusal,
} from "./definitions/definition.ts";
import { synonymsOf } from "./definitions/topics.ts";

export type GivenConfigs = Readonly<Record<string, string>>;

/** `brokers`: they are set to these already. @throws {Error} */
export function checkGivenConfigs(given: GivenConfigs, brokers: BrokerConfigs): void {
  try {
    for (const [name, value] of Object.entries(given)) parseConfig(definitionOf(name), value);
    if (Object.keys(given).length > 0) checkTogether(brokers);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    throw new Error(`kafkaConfigs (--kafka-config): ${error.message}`, { cause: error });
  }
}

function definitionOf(name: string): ConfigDefinition {
  const definition = brokerDefinitions.get(name) ?? internalDefinitions.get(name);
  const reason = definition?.type === "CLASS" ? NO_CLASSES : reasonAgainst(name);
  if (reason !== undefined)
    throw new KafkaError("INVALID_CONFIG", `${name} cannot be set: ${reason}`);
  if (definition !== undefined) return definition;
  const [synonym] = synonymsOf(name);
  const hint =
    synonym === undefined ? "docs/emulator-kafka.md lists all" : `they call it ${synonym.name}`;
  throw new KafkaError("INVALID_CONFIG", `brokers have no config "${name}": ${hint}`);
}

const NO_CLASSES = "there is no Java to load a class";
/** Beginnings of names, or (in a row with `$`) whole ones, that the emulator decides itself. */
const decided: readonly (readonly [RegExp, string])[] = [
  [
    /^(node\.id|broker\.id(\.generation\.enable)?|process\.roles|controller\.(listener\.names|quorum\.(voters|bootstrap\.servers)))$/,
    "the emulator numbers its brokers itself; the option kafkaBrokers says how many there are",
  ],
  [
    /^(listeners$|advertised\.listeners$|listener\.|control\.plane\.listener|early\.start\.listeners|inter\.broker\.listener|security\.inter\.broker)/,
    "the listeners follow from the options ports, tls and auth",
  ],
  [/^(log\.dirs?|metadata\.log\.dir)$/, "records are kept in memory"],
  [
    /^(sasl\.|super\.users$|authorizer\.|allow\.everyone)/,
    "who may log in, and how, follows from the options auth and kafkaUsers",
  ],
  [/^ssl\./, "TLS follows from the option tls"],
  [/^zookeeper\./, "there is no ZooKeeper in KRaft mode"],
  [/^(inter\.broker\.protocol|log\.message\.format)\.version$/, "KRaft mode goes by its features"],
  [/^remote\./, "there is no tiered storage"],
  [
    /\.class(\.name|\.path)?$|^(kafka\.metrics|metric)\.reporters$|^security\.providers$/,
    NO_CLASSES,
  ],
];

function reasonAgainst(name: string): string | undefined {
  return decided.find(([names]) => names.test(name))?.[1];
}

// ------------------------------------------------------------ what has to hold besides, in Java KafkaConfig.validateValues

const narrower = defineConfigs({
  "log.cleaner.dedupe.buffer.size": "LONG 1048576..",
  "log.cleaner.threads": "INT 1..",
  "log.roll.ms": "LONG 1..",
  "log.roll.jitter.ms": "LONG 0..",
  "offsets.commit.required.acks": "SHORT -1..",
  "offsets.topic.compression.codec": "INT 0..4",
});

/** Of each two the first is not more than the second. */
const ordered: readonly (readonly [string, string])[] = [
  ...["consumer.heartbeat.interval", "consumer.session.timeout"].flatMap(within),
  ...["share.heartbeat.interval", "share.session.timeout", "share.record.lock.duration"].flatMap(
    within,
  ),
  ["replica.fetch.wait.max.ms", "replica.socket.timeout.ms"],
  ["replica.fetch.wait.max.ms", "replica.lag.time.max.ms"],
  ["offsets.commit.required.acks", "offsets.topic.replication.factor"],
];

/** `group.consumer.session.timeout.ms` lies between `group.consumer.min.session.timeout.ms` and its max. */
function within(name: string): [string, string][] {
  const [kind, ...rest] = name.split(".");
  const [least, own, most] = [".min", "", ".max"].map(
    (bound) => `group.${kind}${bound}.${rest.join(".")}.ms`,
  ) as [string, string, string];
  return [
    [least, own],
    [own, most],
  ];
}

/** @throws {KafkaError} */
function checkTogether(brokers: BrokerConfigs): void {
  for (const definition of narrower.values()) {
    const value = brokers.get(definition.name);
    if (value !== "") parseConfig(definition, value);
  }
  const retention = ["ms", "minutes", "hours"]
    .map((unit) => `log.retention.${unit}`)
    .find((name) => brokers.get(name) !== "");
  if (retention !== undefined && brokers.number(retention) === 0)
    throw refusal(retention, "0", "Value must be at least 1, or -1 for no limit");
  const protocols = "group.coordinator.rebalance.protocols";
  if (!brokers.get(protocols).split(",").includes("classic"))
    throw refusal(protocols, brokers.get(protocols), "classic has to be among them");
  for (const [less, more] of ordered)
    if (brokers.number(less) > brokers.number(more))
      throw new KafkaError(
        "INVALID_CONFIG",
        `${less}=${brokers.get(less)} must be no more than ${more}=${brokers.get(more)}`,
      );
}
