/** The workbench as a client of Kafka: it produces without a connection, to where a client's partitioner would. */
import { WORKBENCH, type WorkbenchMessage } from "../../protocol.ts";
import type { Cluster, Topic } from "../model/contract.ts";
import { encodeBatch } from "../wire/records.ts";
import type { Broker } from "./broker.ts";
import { murmur2 } from "./murmur2.ts";

/** Throws what a client would be answered. */
export function createWorkbench({ cluster, ledger }: Broker): (message: WorkbenchMessage) => void {
  let turn = 0;
  return ({ channel, payload, headers = {}, key }) => {
    const { partitions } = findOrMake(cluster, channel);
    // As Kafka's default partitioner: by the key, else in turn.
    const number = key === undefined ? turn++ : murmur2(Buffer.from(key)) & 0x7fffffff;
    const partition = partitions[number % partitions.length];
    if (partition === undefined) throw new Error(`${channel} has no partition`);
    const record = {
      timestamp: cluster.clock.now(),
      key: key === undefined ? null : Buffer.from(key),
      value: Buffer.from(payload),
      headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const),
    };
    const by = { client: WORKBENCH, transactionalId: null };
    const { batches } = partition.log.append(encodeBatch([record]).bytes, by);
    ledger.published(partition, batches, WORKBENCH);
  };
}

function findOrMake({ topics }: Cluster, name: string): Topic {
  const wanted = { name, partitions: -1, replicationFactor: -1, configs: new Map<string, null>() };
  return topics.get(name) ?? topics.create(wanted);
}
