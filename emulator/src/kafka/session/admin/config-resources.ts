/** What has configs, by the numbers of the protocol; and who may look at them or alter them. */
import { KafkaError } from "../../model/errors.ts";
import { may } from "../authorization.ts";
import type { Call } from "../handling.ts";
import { plain } from "./failure.ts";

/** https://kafka.apache.org/protocol#The_Messages_DescribeConfigs, and in Java ConfigResource.Type. */
export const RESOURCE_TYPES = {
  topic: 2,
  broker: 4,
  "broker-logger": 8,
  "client-metrics": 16,
  group: 32,
} as const;

export type ConfigResource = keyof typeof RESOURCE_TYPES;

const byNumber = new Map(
  Object.entries(RESOURCE_TYPES).map(([kind, number]) => [number, kind as ConfigResource]),
);

export function resourceOf(type: number): ConfigResource | null {
  return byNumber.get(type as (typeof RESOURCE_TYPES)[ConfigResource]) ?? null;
}

/** @throws {KafkaError} TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED */
export function checkAccess(
  call: Call,
  operation: "DescribeConfigs" | "AlterConfigs",
  kind: ConfigResource,
  name: string,
): void {
  if (kind === "topic") {
    if (!may(call, operation, "Topic", name)) throw plain("TOPIC_AUTHORIZATION_FAILED");
  } else if (kind === "group") {
    if (!may(call, operation, "Group", name)) throw plain("GROUP_AUTHORIZATION_FAILED");
  } else if (!may(call, operation, "Cluster", "kafka-cluster")) {
    throw plain("CLUSTER_AUTHORIZATION_FAILED");
  }
}

/** The broker that is named, which has to be the one that is asked. @throws {KafkaError} INVALID_REQUEST */
export function brokerOf(name: string, { node }: Call, orElse: string): number {
  if (!/^[+-]?\d{1,10}$/.test(name))
    throw new KafkaError("INVALID_REQUEST", `Broker id must be an integer, but it is: ${name}`);
  if (Number(name) === node.id) return node.id;
  throw new KafkaError(
    "INVALID_REQUEST",
    `Unexpected broker id, expected ${node.id}${orElse} but received ${name}`,
  );
}
