/** The types of queues. A type is a row. */
import { createClassicQueue } from "./classic-queue.ts";
import type { Queue, QueueDeclaration, QueueHost, QueueType } from "./contract.ts";
import { checkQueueArguments, queueTypeOf } from "./queue-arguments.ts";
import { createQuorumQueue } from "./quorum-queue.ts";
import { createStreamQueue } from "./stream-queue.ts";

const types: Readonly<
  Record<QueueType, (host: QueueHost, declaration: QueueDeclaration) => Queue>
> = {
  classic: createClassicQueue,
  quorum: createQuorumQueue,
  stream: createStreamQueue,
};

/**
 * A new queue, of the type that x-queue-type says.
 * @throws {AmqpError} 406 where its arguments or properties cannot be had.
 */
export function createQueue(host: QueueHost, declaration: QueueDeclaration): Queue {
  checkQueueArguments(declaration, host.vhost.name);
  return types[queueTypeOf(declaration.arguments)](host, declaration);
}
