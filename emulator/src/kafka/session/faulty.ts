/** What a request is for, in the words of faults, which channels it is about, and how a fault refuses it. */
import type { FrameFault } from "../../fault-engine.ts";
import type { FaultOperation } from "../../faults.ts";
import type { ProtocolContext } from "../../protocol.ts";
import type { Cluster } from "../model/contract.ts";
import { KafkaError } from "../model/errors.ts";
import { type ErrorName, errorCodes } from "../wire/error-codes.ts";
import type { Request } from "./requests.ts";

/** The first request of a connection is its `connect`, too. */
export function faultOn(
  request: Request,
  isFirst: boolean,
  { faults }: ProtocolContext,
  cluster: Cluster,
): FrameFault | null {
  const { api, clientId: client } = request;
  const channels = channelsOf(request, cluster);
  const frame = { protocol: "kafka" as const, command: api.name, client };
  if (isFirst) {
    const connecting = faults.next({ ...frame, operation: "connect", matches: () => false });
    if (connecting !== null) return connecting;
  }
  const operation = OPERATIONS[api.name];
  return faults.next({
    ...frame,
    ...(operation === undefined ? {} : { operation }),
    ...aboutAll(channels),
  });
}

/** The fault that an answer meets which brings messages of these channels. */
export function faultOnDelivery(
  channels: readonly string[],
  client: string,
  { faults }: ProtocolContext,
): FrameFault | null {
  if (faults.armed === 0) return null;
  return faults.next({ protocol: "kafka", operation: "deliver", client, ...aboutAll(channels) });
}

/** The text may be the name of one of Kafka's errors. */
export function errorOf(text: string | undefined): KafkaError {
  if (text !== undefined && Object.hasOwn(errorCodes, text))
    return new KafkaError(text as ErrorName);
  return new KafkaError("UNKNOWN_SERVER_ERROR", text ?? "fault injected");
}

/** `orders` is the topic with all its partitions, `orders/3` one of them; `*` stands for anything. */
export function isMeant(pattern: string, channel: string): boolean {
  if (matches(pattern, channel)) return true;
  const slash = channel.lastIndexOf("/");
  return slash > 0 && matches(pattern, channel.slice(0, slash));
}

function matches(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const [first = "", ...rest] = pattern.split("*");
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

const OPERATIONS: Readonly<Record<string, FaultOperation>> = {
  Produce: "publish",
  JoinGroup: "subscribe",
  ConsumerGroupHeartbeat: "subscribe",
  OffsetCommit: "acknowledge",
  TxnOffsetCommit: "acknowledge",
};

/** A request names many channels: it meets a fault for any of them. */
function aboutAll(channels: readonly string[]): {
  channel?: string;
  matches: (pattern: string) => boolean;
} {
  const [first] = channels;
  return {
    ...(first === undefined ? {} : { channel: first }),
    matches: (pattern) => channels.some((channel) => isMeant(pattern, channel)),
  };
}

/** Topics with their partitions, groups, transactional ids. */
function channelsOf({ value }: Request, { topics }: Cluster): string[] {
  const found: string[] = [];
  look(value, found);
  return found;

  function look(structure: Readonly<Record<string, unknown>>, into: string[]): void {
    const { topicId } = structure;
    const byId = typeof topicId === "string" ? topics.byId(topicId)?.name : undefined;
    const name = byId ?? NAMES.map((each) => structure[each]).find(isName);
    for (const each of [...IDS, ...LISTS].flatMap((field) => structure[field] ?? []))
      if (isName(each)) into.push(each);
    const inner: string[] = [];
    for (const list of Object.values(structure).filter(Array.isArray)) {
      for (const item of list) {
        if (typeof item === "object" && item !== null && !Buffer.isBuffer(item)) look(item, inner);
        else if (typeof item === "number") inner.push(String(item));
      }
    }
    const index = INDEXES.map((field) => structure[field]).find((each) => typeof each === "number");
    if (index !== undefined) into.push(String(index));
    if (name === undefined) into.push(...inner);
    else if (inner.length === 0) into.push(name);
    else into.push(...inner.map((partition) => `${name}/${partition}`));
  }
}

const isName = (value: unknown): value is string => typeof value === "string" && value !== "";

const NAMES = ["name", "topic", "topicName"];
const INDEXES = ["partitionIndex", "partition", "index"];
const IDS = ["groupId", "transactionalId", "v3AndBelowTransactionalId", "key"];
const LISTS = ["coordinatorKeys", "groupsNames", "groups", "transactionalIds"];
