/** Configs as DescribeConfigs tells them: the value in force, where it comes from, what else it could have been. */
import type { ConfigSource, SourcedConfig } from "../../model/admin-contract.ts";
import { definitionOfBroker, namesOf } from "../../model/configs/broker-configs.ts";
import { brokerDefinitions } from "../../model/configs/definitions/brokers.ts";
import {
  type ConfigDefinition,
  type ConfigType,
  parseConfig,
} from "../../model/configs/definitions/definition.ts";
import { groupDefinitions } from "../../model/configs/definitions/groups.ts";
import { topicDefinitions } from "../../model/configs/definitions/topics.ts";
import type { BrokerConfigs, Topic } from "../../model/contract.ts";
import type { describeConfigs } from "../../wire/apis/describe-configs.ts";
import type { ResponseOf } from "../../wire/layout.ts";

export type ConfigEntry = Required<
  Omit<
    ResponseOf<typeof describeConfigs>["results"][number]["configs"][number],
    "isDefault" | "documentation"
  >
>;

export function topicEntries(topic: Topic): ConfigEntry[] {
  const { configs } = topic;
  return [...topicDefinitions.values()].map((definition) =>
    entry(definition.name, definition, {
      value: configs.get(definition.name),
      sources: configs.sourcesOf(definition.name),
      readOnly: false,
    }),
  );
}

/** Of one broker. */
export function brokerEntries(configs: BrokerConfigs, node: number): ConfigEntry[] {
  const names = new Set([
    ...brokerDefinitions.keys(),
    ...Object.keys(configs.statics(node)),
    ...configs.dynamic(null).keys(),
    ...configs.dynamic(node).keys(),
  ]);
  return [...names].sort().map((name) => {
    const sources = configs.sourcesOf(namesOf(name), node);
    const own = sources.find((source) => source.name === name);
    return brokerEntry(name, own?.value ?? null, sources);
  });
}

/** What was set on all brokers. */
export function clusterEntries(configs: BrokerConfigs): ConfigEntry[] {
  return [...configs.dynamic(null)].map(([name, value]) =>
    brokerEntry(
      name,
      value,
      configs.sourcesOf(namesOf(name)).filter(({ source }) => source === "dynamic-default-broker"),
    ),
  );
}

export function groupEntries(
  own: ReadonlyMap<string, string>,
  brokers: BrokerConfigs,
): ConfigEntry[] {
  return [...groupDefinitions.values()].map((definition) => {
    const { name } = definition;
    const set = own.get(name);
    const value = parsed(definition, set ?? brokers.get(`group.${name}`)) ?? "";
    const source = set === undefined ? "default" : "group";
    return entry(name, definition, { value, sources: [{ name, value, source }], readOnly: false });
  });
}

/** What a subscription to clients' metrics was set to; nothing else is told of it. */
export function metricsEntries(own: ReadonlyMap<string, string>): ConfigEntry[] {
  return [...own].map(([name, value]) => ({
    name,
    value,
    readOnly: false,
    isSensitive: false,
    configSource: SOURCES["client-metrics"],
    synonyms: [],
    configType: 0,
  }));
}

function brokerEntry(
  name: string,
  value: string | null,
  sources: readonly SourcedConfig[],
): ConfigEntry {
  const definition = definitionOfBroker(name);
  const readOnly = (definition?.dynamic ?? null) === null;
  return entry(name, definition, { value: parsed(definition, value), sources, readOnly });
}

function entry(
  name: string,
  definition: ConfigDefinition | undefined,
  said: {
    readonly value: string | null;
    readonly sources: readonly SourcedConfig[];
    readonly readOnly: boolean;
  },
): ConfigEntry {
  // What is not known might be a password.
  const isSensitive = definition === undefined || definition.type === "PASSWORD";
  const { value, sources, readOnly } = said;
  const shown = isSensitive ? null : value;
  const isOwn = (source: SourcedConfig) => OWN.has(source.source);
  return {
    name,
    value: shown,
    readOnly,
    isSensitive,
    configSource: SOURCES[sources[0]?.source ?? "default"],
    synonyms: sources.map((source) => ({
      name: source.name,
      value: isSensitive ? null : isOwn(source) ? shown : source.value,
      source: SOURCES[source.source],
    })),
    configType: definition === undefined ? 0 : TYPES[definition.type],
  };
}

/** The resource's own value stands among its synonyms as it is read, those of brokers as they were set. */
const OWN: ReadonlySet<ConfigSource> = new Set(["dynamic-topic", "group"]);

/** As it is read, not as it was set. */
function parsed(definition: ConfigDefinition | undefined, value: string | null): string | null {
  return definition === undefined || value === null || value === ""
    ? value
    : parseConfig(definition, value);
}

const SOURCES: Readonly<Record<ConfigSource, number>> = {
  "dynamic-topic": 1,
  "dynamic-broker": 2,
  "dynamic-default-broker": 3,
  "static-broker": 4,
  default: 5,
  "client-metrics": 7,
  group: 8,
};

const TYPES: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
};
