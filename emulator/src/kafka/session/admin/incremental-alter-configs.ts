/**
 * IncrementalAlterConfigs, 0–1: each config for itself: set, back to the default, or for lists more of it or less.
 * https://kafka.apache.org/protocol#The_Messages_IncrementalAlterConfigs, KIP-339
 */
import type { ConfigDefinition } from "../../model/configs/definitions/definition.ts";
import { groupDefinitions, metricsDefinitions } from "../../model/configs/definitions/groups.ts";
import { topicDefinitions } from "../../model/configs/definitions/topics.ts";
import { definitionOfBroker } from "../../model/configs/broker-configs.ts";
import { KafkaError } from "../../model/errors.ts";
import { incrementalAlterConfigs } from "../../wire/apis/incremental-alter-configs.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { type Row, row } from "../handling.ts";
import { type Target, changeConfigs, refuseNulls } from "./config-changes.ts";

type Change = RequestOf<typeof incrementalAlterConfigs>["resources"][number]["configs"][number];

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

export const incrementalAlterConfigsRow: Row = row(
  incrementalAlterConfigs,
  [0, 1],
  (request, call) => ({
    responses: changeConfigs(request, call, ({ configs }, target) => {
      refuseNulls(
        configs.flatMap(({ name, value, configOperation }) =>
          value === null && configOperation !== DELETE ? [name] : [],
        ),
      );
      const next = new Map(target.current);
      for (const change of configs) apply(change, next, target);
      return next;
    }),
  }),
);

function apply(
  { name, value, configOperation }: Change,
  next: Map<string, string>,
  target: Target,
) {
  const text = value ?? "";
  switch (configOperation) {
    case SET:
      next.set(name, text);
      break;
    case DELETE:
      next.delete(name);
      break;
    case APPEND:
    case SUBTRACT: {
      const listed = itemsOf(next.get(name), name, target, configOperation);
      const items = text.split(",");
      const changed =
        configOperation === APPEND
          ? [...new Set([...listed, ...items])]
          : listed.filter((item) => !items.includes(item));
      next.set(name, changed.join(","));
      break;
    }
    default:
      throw new KafkaError("INVALID_REQUEST", `Unknown operations type ${configOperation}`);
  }
}

/** What a list has that is to be changed: where nothing is set, its default. */
function itemsOf(set: string | undefined, name: string, { kind }: Target, operation: number) {
  const definition = definitionOf(kind, name);
  if (definition?.type !== "LIST") {
    const word = operation === APPEND ? "append" : "subtract";
    throw new KafkaError(
      "INVALID_CONFIG",
      kind === "broker"
        ? `Config value ${word} is not allowed for config key: ${name}`
        : `Can't ${word.toUpperCase()} to key ${name} because its type is not LIST.`,
    );
  }
  return (set ?? definition.default ?? "").split(",").filter((item) => item !== "");
}

function definitionOf(kind: Target["kind"], name: string): ConfigDefinition | undefined {
  switch (kind) {
    case "topic":
      return topicDefinitions.get(name);
    case "broker":
      return definitionOfBroker(name);
    case "group":
      return groupDefinitions.get(name);
    case "client-metrics":
      return metricsDefinitions.get(name);
    case "broker-logger":
      return undefined;
  }
}
