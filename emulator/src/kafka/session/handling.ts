/**
 * How an API is answered: a handler for each, in rows from which the dispatch table (dispatch.ts) is made; and from that,
 * what ApiVersions advertises and docs/emulator-kafka.md says.
 */
import type { JournalClient } from "../../journal.ts";
import type { Cluster, Node, Partition } from "../model/contract.ts";
import type { KafkaError } from "../model/errors.ts";
import type { Batch } from "../wire/record-batch.ts";
import type { Api, RequestOf, ResponseOf } from "../wire/layout.ts";

export interface NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** One request, as far as a handler looks beyond its fields. */
export interface Call {
  readonly cluster: Cluster;
  /** The version that the client speaks. */
  readonly version: number;
  /** The client.id of the header, "" where it has none. */
  readonly clientId: string;
  readonly client: JournalClient;
  /** `/127.0.0.1`, as groups describe their members. */
  readonly clientHost: string;
  /** Who it logged in as: `User:ANONYMOUS` where nobody is asked. */
  readonly principal: string;
  /** The node that the client is connected to. */
  readonly node: Node;
  /** Where this client reaches a node: with TLS as it came itself (Kafka's listeners). */
  addressOf(node: Node): NodeAddress;
  /** Aborted when the connection is gone: what waits, waits no longer. */
  readonly gone: AbortSignal;
  /** What Produce and Fetch tell of the messages that they move. */
  readonly traffic?: Traffic;
}

/** Where messages meet the journal, and those faults that are for some partitions of a request only. */
export interface Traffic {
  /** The error of a fault that refuses this partition, else null. */
  refusal(topic: string, partition: number): KafkaError | null;
  published(partition: Partition, batches: readonly Batch[]): void;
  /** The answer brings these; what lies before `offset` the client passes over. */
  delivers(partition: Partition, batches: readonly Batch[], offset: number): void;
}

/** Thrown where Kafka closes the connection without a word. */
export class HangUp extends Error {}

/** Null: nothing is answered (Produce with acks 0). What is thrown that is no KafkaError costs the connection; HangUp where that is meant. */
export type Handler<A extends Api> = (
  request: RequestOf<A>,
  call: Call,
) => ResponseOf<A> | null | Promise<ResponseOf<A> | null>;

/** A row of the dispatch table: which versions of an API are answered, and how. */
export interface Row {
  readonly api: Api;
  readonly versions: readonly [number, number];
  readonly handle: (request: never, call: Call) => unknown;
}

/** One row, typed by its API. */
export function row<A extends Api>(
  api: A,
  versions: readonly [number, number],
  handle: Handler<A>,
): Row {
  return { api, versions, handle };
}
