/** How configs of a resource are altered, whichever API asks for it: what is new is looked at as a whole, then it counts. */
import {
  checkBrokerConfigs,
  checkGroupConfigs,
  checkMetricsConfigs,
} from "../../model/configs/checks.ts";
import { checkTopicConfigs } from "../../model/configs/topic-configs.ts";
import { KafkaError } from "../../model/errors.ts";
import { checkTopicName } from "../../model/topics/names.ts";
import type { Call } from "../handling.ts";
import { type ConfigResource, brokerOf, checkAccess, resourceOf } from "./config-resources.ts";
import { type Failure, attempt } from "./failure.ts";
import { repeated } from "./repeated.ts";

interface Asked {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface Target {
  readonly kind: ConfigResource;
  readonly name: string;
  /** What is set on it, not what it goes by. */
  readonly current: ReadonlyMap<string, string>;
}

/** One answer for each resource, in the order of the request. `next`: what is to be set on it. */
export function changeConfigs<Resource extends Asked>(
  { resources, validateOnly }: { resources: readonly Resource[]; validateOnly: boolean },
  call: Call,
  next: (asked: Resource, target: Target) => ReadonlyMap<string, string>,
): (Failure & { readonly resourceType: number; readonly resourceName: string })[] {
  const identity = ({ resourceType, resourceName }: Asked) => `${resourceType} ${resourceName}`;
  const twice = repeated(resources.map(identity));
  return resources.map((asked) => {
    const { resourceType, resourceName } = asked;
    const outcome = attempt(() => {
      if (twice.has(identity(asked)))
        throw new KafkaError("INVALID_REQUEST", "Each resource must appear at most once.");
      if (repeated(asked.configs.map(({ name }) => name)).size > 0)
        throw new KafkaError("INVALID_REQUEST", "Error due to duplicate config keys");
      const target = targetOf(asked, call);
      change(target, next(asked, target), { call, validateOnly });
    });
    return { ...outcome, resourceType, resourceName };
  });
}

/** @throws {KafkaError} INVALID_REQUEST */
export function refuseNulls(names: readonly string[]): void {
  if (names.length > 0)
    throw new KafkaError("INVALID_REQUEST", `Null value not supported for : ${names.join(", ")}`);
}

function targetOf({ resourceType, resourceName: name }: Asked, call: Call): Target {
  const { cluster } = call;
  const kind = resourceOf(resourceType);
  if (kind === null)
    throw new KafkaError("INVALID_REQUEST", `Unknown resource type ${resourceType}`);
  checkAccess(call, "AlterConfigs", kind, name);
  switch (kind) {
    case "topic":
      if (name === "")
        throw new KafkaError("INVALID_REQUEST", "Default topic resources are not allowed.");
      checkTopicName(name);
      return { kind, name, current: cluster.topics.get(name)?.configs.own ?? new Map() };
    case "broker":
      return { kind, name, current: cluster.configs.dynamic(nodeOf(name, call)) };
    case "broker-logger":
      brokerOf(name, call, ",");
      return { kind, name, current: new Map() };
    case "client-metrics":
      if (name === "") throw new KafkaError("INVALID_REQUEST", "Subscription name can't be empty");
      return { kind, name, current: cluster.metricsConfigs.get(name) };
    case "group":
      if (name === "")
        throw new KafkaError("INVALID_REQUEST", "Default group resources are not allowed.");
      return { kind, name, current: cluster.groupConfigs.get(name) };
  }
}

function change(
  { kind, name }: Target,
  next: ReadonlyMap<string, string>,
  { call, validateOnly }: { readonly call: Call; readonly validateOnly: boolean },
): void {
  const { topics, configs, groupConfigs, metricsConfigs } = call.cluster;
  switch (kind) {
    case "topic": {
      checkTopicConfigs(next);
      const topic = topics.get(name);
      if (topic === undefined)
        throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", `The topic '${name}' does not exist.`);
      if (!validateOnly) topic.configure(next);
      break;
    }
    case "broker":
      checkBrokerConfigs(next, { ofOne: name !== "", brokers: configs });
      if (!validateOnly) configs.replace(nodeOf(name, call), next);
      break;
    case "broker-logger":
      for (const logger of next.keys())
        throw new KafkaError("INVALID_CONFIG", `Logger ${logger} does not exist!`);
      break;
    case "client-metrics":
      checkMetricsConfigs(next);
      if (!validateOnly) metricsConfigs.replace(name, next);
      break;
    case "group":
      checkGroupConfigs(next, configs);
      if (!validateOnly) groupConfigs.replace(name, next);
      break;
  }
}

/** Null: all of them. */
function nodeOf(name: string, call: Call): number | null {
  return name === "" ? null : brokerOf(name, call, ",");
}
