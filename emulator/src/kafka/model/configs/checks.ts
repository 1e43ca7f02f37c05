/** What brokers, groups and subscriptions to metrics may be set to while the cluster runs. */
import type { BrokerConfigs } from "../admin-contract.ts";
import { KafkaError } from "../errors.ts";
import { definitionOfBroker } from "./broker-configs.ts";
import { brokerDefinitions } from "./definitions/brokers.ts";
import { type ConfigDefinition, listOf, parseConfig } from "./definitions/definition.ts";
import { groupDefinitions, metricsDefinitions } from "./definitions/groups.ts";

/**
 * Names that no broker knows are taken: plugins may. A bad value is a bad request here, not a bad config (KAFKA-13609).
 * @throws {KafkaError} INVALID_REQUEST
 */
export function checkBrokerConfigs(
  configs: ReadonlyMap<string, string>,
  { ofOne, brokers }: { readonly ofOne: boolean; readonly brokers: BrokerConfigs },
): void {
  const names = [...configs.keys()];
  refuseAny(
    names.filter((name) => brokerDefinitions.get(name)?.dynamic === null),
    "Cannot update these configs dynamically",
  );
  refuseAny(
    names.filter((name) => /^ssl\.(keystore|truststore|key\.password)/.test(name)),
    "These security configs can be dynamically updated only per-listener using the listener prefix",
    "HashSet",
  );
  for (const [name, value] of configs) {
    const definition = definitionOfBroker(name);
    if (definition !== undefined) inRequest(() => parseConfig(definition, value));
  }
  if (!ofOne) refusePerBroker(names);
  for (const name of THREADS) {
    const value = configs.get(name);
    if (value !== undefined) checkThreads(name, Number(value), brokers.number(name));
  }
}

function refusePerBroker(names: readonly string[]): void {
  refuseAny(
    names.filter((name) => definitionOfBroker(name)?.dynamic === "broker"),
    "Cannot update these configs at default cluster level, broker id must be specified",
  );
}

/** @throws {KafkaError} INVALID_CONFIG */
export function checkGroupConfigs(
  configs: ReadonlyMap<string, string>,
  brokers: BrokerConfigs,
): void {
  for (const name of configs.keys())
    if (!groupDefinitions.has(name))
      throw new KafkaError("INVALID_CONFIG", `Unknown group config name: ${name}`);
  const value = (name: string) => {
    const own = configs.get(name);
    const definition = groupDefinitions.get(name);
    return own === undefined || definition === undefined
      ? brokers.number(`group.${name}`)
      : Number(parseConfig(definition, own));
  };
  for (const name of groupDefinitions.keys()) checkBounds(name, value(name), brokers);
  for (const kind of ["consumer", "share"]) {
    const [session, heartbeat] = [`${kind}.session.timeout.ms`, `${kind}.heartbeat.interval.ms`];
    if (value(session) <= value(heartbeat))
      throw new KafkaError("INVALID_CONFIG", `${session} must be greater than ${heartbeat}`);
  }
}

/** KIP-714. @throws {KafkaError} INVALID_REQUEST, INVALID_CONFIG */
export function checkMetricsConfigs(configs: ReadonlyMap<string, string>): void {
  for (const [name, text] of configs) {
    const definition = metricsDefinitions.get(name);
    if (definition === undefined)
      throw new KafkaError("INVALID_REQUEST", `Unknown client metrics configuration: ${name}`);
    checkMetricsConfig(definition, parseConfig(definition, text));
  }
}

function checkMetricsConfig({ name }: ConfigDefinition, value: string): void {
  if (name === "interval.ms" && (Number(value) < 100 || Number(value) > 3_600_000))
    throw new KafkaError(
      "INVALID_REQUEST",
      `Invalid value ${value} for ${name}, interval must be between 100 and 3600000 (1 hour)`,
    );
  if (name === "match")
    for (const pattern of listOf(value))
      if (!CLIENT_PATTERN.test(pattern))
        throw new KafkaError("INVALID_CONFIG", `Illegal client matching pattern: ${pattern}`);
}

const CLIENT_PATTERN =
  /^client_(instance_id|id|software_name|software_version|source_address|source_port)\s*=[^=]+$/;

/** `consumer.session.timeout.ms` lies between the brokers' `group.consumer.min.session.timeout.ms` and its max. */
function checkBounds(name: string, value: number, brokers: BrokerConfigs): void {
  const [kind, ...rest] = name.split(".");
  for (const [bound, word] of [
    ["min", "greater"],
    ["max", "less"],
  ] as const) {
    const limit = `group.${kind}.${bound}.${rest.join(".")}`;
    const isBeyond =
      bound === "min" ? value < brokers.number(limit) : value > brokers.number(limit);
    if (isBeyond)
      throw new KafkaError("INVALID_CONFIG", `${name} must be ${word} than or equal to ${limit}`);
  }
}

const THREADS = [
  "background.threads",
  "num.io.threads",
  "num.network.threads",
  "num.recovery.threads.per.data.dir",
  "num.replica.fetchers",
];

/** KIP-226: at most doubled, at most halved. */
function checkThreads(name: string, value: number, current: number): void {
  const reason =
    value > current * 2
      ? `value should not be greater than double the current value ${current}`
      : value < Math.floor(current / 2)
        ? `value should be at least half the current value ${current}`
        : null;
  if (reason === null) return;
  // Kafka wraps one exception in the words of another.
  throw new KafkaError(
    "INVALID_REQUEST",
    `Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for ${name}=${value}, ${reason} for configuration Invalid dynamic configuration`,
  );
}

/** `set`: what Scala calls it. */
function refuseAny(names: readonly string[], reason: string, set = "Set"): void {
  if (names.length === 0) return;
  throw new KafkaError("INVALID_REQUEST", `${reason}: ${set}(${names.join(", ")})`);
}

function inRequest(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    throw new KafkaError("INVALID_REQUEST", error.message);
  }
}
