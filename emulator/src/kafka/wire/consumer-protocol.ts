/**
 * What consumers say to each other through their group: embedded in JoinGroup and SyncGroup, each with a version of its
 * own in front. https://kafka.apache.org/protocol#The_Messages_JoinGroup, ConsumerProtocolSubscription and -Assignment
 */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { Codec } from "./codec.ts";
import { MalformedError } from "./malformed.ts";
import type { DraftOf, Layout, ValueOf } from "./layout.ts";

const HIGHEST = 3;

const subscription = {
  topics: ["string"],
  userData: "bytes?",
  ownedPartitions: ["1+", { topic: "string", partitions: ["int32"] }],
  generationId: "int32 2+ = -1",
  rackId: "string? 3+",
} as const;

const assignment = {
  assignedPartitions: [{ topic: "string", partitions: ["int32"] }],
  userData: "bytes?",
} as const;

export type Subscription = ValueOf<typeof subscription>;
export type Assignment = ValueOf<typeof assignment>;

const subscriptions = versionsOf(subscription);
const assignments = versionsOf(assignment);

/** @throws {MalformedError} */
export function readSubscription(bytes: Buffer): Subscription {
  return read(subscriptions, bytes) as Subscription;
}

/** Of whatever version: all of them begin with it. @throws {MalformedError} */
export function readSubscribedTopics(bytes: Buffer): readonly string[] {
  const reader = new ByteReader(bytes);
  reader.int16();
  return (codecAt(subscriptions, 0).readFrom(reader) as Subscription).topics;
}

/** @throws {MalformedError} */
export function readAssignment(bytes: Buffer): Assignment {
  return read(assignments, bytes) as Assignment;
}

export function writeSubscription(value: DraftOf<typeof subscription>, version: number): Buffer {
  return write(subscriptions, value, version);
}

export function writeAssignment(value: DraftOf<typeof assignment>, version: number): Buffer {
  return write(assignments, value, version);
}

function read(codecs: readonly Codec[], bytes: Buffer): unknown {
  const reader = new ByteReader(bytes);
  const version = reader.int16();
  // A newer member's fields come behind those that we know.
  return codecAt(codecs, version).readFrom(reader);
}

function write(codecs: readonly Codec[], value: unknown, version: number): Buffer {
  const writer = new ByteWriter();
  writer.int16(version);
  codecAt(codecs, version).writeTo(writer, value);
  return Buffer.concat(writer.finish());
}

function versionsOf(layout: Layout): readonly Codec[] {
  return Array.from({ length: HIGHEST + 1 }, (_, version) => new Codec(layout, version, false));
}

function codecAt(codecs: readonly Codec[], version: number): Codec {
  const codec = codecs[Math.min(version, HIGHEST)];
  if (codec === undefined) throw new MalformedError(`version ${version} of the consumer protocol`);
  return codec;
}
