/** What is set on one topic; and what it goes by, which is that, or what the brokers say, or Kafka's default. */
import type { SourcedConfig, TopicConfigs } from "../admin-contract.ts";
import { KafkaError } from "../errors.ts";
import { type SetBrokerConfigs, namesOf } from "./broker-configs.ts";
import { listOf, parseConfig, refusal } from "./definitions/definition.ts";
import { synonymsOf, topicDefinitions } from "./definitions/topics.ts";

export class SetTopicConfigs implements TopicConfigs {
  readonly #brokers: SetBrokerConfigs;
  #own: ReadonlyMap<string, string>;
  /** What was looked up since something was set last. */
  readonly #known = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  #generation = -1;

  constructor(brokers: SetBrokerConfigs, own: ReadonlyMap<string, string>) {
    this.#brokers = brokers;
    this.#own = own;
  }

  get own(): ReadonlyMap<string, string> {
    return this.#own;
  }

  set own(configs: ReadonlyMap<string, string>) {
    this.#own = configs;
    this.#forget();
  }

  get(name: string): string {
    if (this.#generation !== this.#brokers.generation) this.#forget();
    let value = this.#known.get(name);
    if (value === undefined) {
      value = this.#lookUp(name);
      this.#known.set(name, value);
    }
    return value;
  }

  number(name: string): number {
    if (this.#generation !== this.#brokers.generation) this.#forget();
    let value = this.#numbers.get(name);
    if (value === undefined) {
      value = Number(this.get(name));
      this.#numbers.set(name, value);
    }
    return value;
  }

  sourcesOf(name: string): readonly SourcedConfig[] {
    const value = this.#own.get(name);
    const own: SourcedConfig[] =
      value === undefined ? [] : [{ name, value, source: "dynamic-topic" }];
    const [synonym] = synonymsOf(name);
    return synonym === undefined
      ? own
      : [...own, ...this.#brokers.sourcesOf(namesOf(synonym.name))];
  }

  #lookUp(name: string): string {
    const definition = topicDefinitions.get(name);
    if (definition === undefined) return "";
    const own = this.#own.get(name);
    if (own !== undefined) return parseConfig(definition, own);
    for (const { name: broker, unit } of synonymsOf(name)) {
      const value = this.#brokers.get(broker);
      if (name === "retention.ms" && Number(value) < 0) return UNLIMITED;
      if (value !== "") return unit === 1 ? value : String(Number(value) * unit);
    }
    return definition.default ?? "";
  }

  #forget(): void {
    this.#known.clear();
    this.#numbers.clear();
    this.#generation = this.#brokers.generation;
  }
}

/** However brokers say it: `log.retention.hours=-2`. */
const UNLIMITED = "-1";

/** Whether a topic may be set to these. @throws {KafkaError} INVALID_CONFIG */
export function checkTopicConfigs(configs: ReadonlyMap<string, string>): void {
  for (const name of configs.keys())
    if (!topicDefinitions.has(name))
      throw new KafkaError("INVALID_CONFIG", `Unknown topic config name: ${name}`);
  for (const [name, value] of configs) checkOne(name, value);
  checkLags(configs);
  if (configs.get("remote.storage.enable")?.trim().toLowerCase() === "true")
    throw new KafkaError(
      "INVALID_CONFIG",
      "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.",
    );
}

/** Those of a request that sets them all; a null among them is refused. @throws {KafkaError} INVALID_CONFIG */
export function withoutNulls(
  configs: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, string> {
  const set = new Map<string, string>();
  const nulls: string[] = [];
  for (const [name, value] of configs) {
    if (value === null) nulls.push(name);
    else set.set(name, value);
  }
  if (nulls.length === 0) return set;
  const names = nulls.join(",");
  throw new KafkaError("INVALID_CONFIG", `Null value not supported for topic configs: ${names}`);
}

function checkOne(name: string, text: string): void {
  const definition = topicDefinitions.get(name);
  if (definition === undefined) return;
  const value = parseConfig(definition, text);
  if (name.endsWith(".replication.throttled.replicas")) checkReplicas(name, listOf(value));
}

function checkReplicas(name: string, replicas: readonly string[]): void {
  if (replicas[0] === "*" || replicas.every((replica) => /^\d+:\d+$/.test(replica))) return;
  const format = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
  throw refusal(
    name,
    `[${replicas.join(", ")}]`,
    `${name} must be the literal '*' or a list of replicas in the following format: ${format}`,
  );
}

function checkLags(configs: ReadonlyMap<string, string>): void {
  const [min, max] = ["min.compaction.lag.ms", "max.compaction.lag.ms"].map(
    (name) => configs.get(name) ?? topicDefinitions.get(name)?.default ?? "",
  );
  if (Number(min) > Number(max))
    throw new KafkaError(
      "INVALID_CONFIG",
      `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`,
    );
}
