/** Which nodes keep a partition: chosen so that leaders are spread, or by hand. */
import { KafkaError } from "../errors.ts";

/** For each partition its nodes, the first of which leads. @throws {KafkaError} INVALID_REPLICATION_FACTOR */
export function place(
  nodes: readonly number[],
  terms: { readonly partitions: number; readonly factor: number; readonly start: number },
): number[][] {
  const { partitions, factor, start } = terms;
  if (factor > nodes.length)
    throw new KafkaError(
      "INVALID_REPLICATION_FACTOR",
      `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only ${nodes.length} broker(s) are registered.`,
    );
  return Array.from({ length: partitions }, (_, partition) =>
    Array.from(
      { length: factor },
      (_, replica) => nodes[(start + partition + replica) % nodes.length] ?? 0,
    ),
  );
}

/** @throws {KafkaError} INVALID_REPLICA_ASSIGNMENT */
export function checkAssignment(
  replicas: readonly number[],
  nodes: readonly number[],
  factor: number | null,
): void {
  if (replicas.length === 0) throw refused("includes an empty replica list.");
  const sorted = replicas.toSorted((one, other) => one - other);
  for (const [index, node] of sorted.entries()) {
    if (!nodes.includes(node))
      throw refused(`includes broker ${node}, but no such broker is registered.`);
    if (node === sorted[index - 1]) throw refused(`includes the broker ${node} more than once.`);
  }
  if (factor !== null && replicas.length !== factor)
    throw refused(
      `includes a partition with ${replicas.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`,
    );
}

function refused(how: string): KafkaError {
  return new KafkaError("INVALID_REPLICA_ASSIGNMENT", `The manual partition assignment ${how}`);
}
