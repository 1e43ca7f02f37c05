/**
 * Which partition a message goes to: kafkajs' default, murmur2 of the key as the Java client has it, else each in turn.
 * It is asked once for each message: kafkajs asks again with each attempt, and would then send a keyless message to
 * another partition while it believes that part of the request to be done.
 */
import { PublishError } from "../errors.ts";
import type { ICustomPartitioner, Message } from "./driver.ts";

export function oncePerMessage(create: ICustomPartitioner): ICustomPartitioner {
  return () => {
    const choose = create();
    const chosen = new WeakMap<Message, number>();
    return (given) => {
      const { topic, message, partitionMetadata } = given;
      const known = chosen.get(message);
      if (known !== undefined) return known;
      const partition = choose(given);
      // kafkajs would leave it out without a word.
      if (!partitionMetadata.some(({ partitionId }) => partitionId === partition))
        throw new NoSuchPartition(topic, partition, partitionMetadata.length, message);
      chosen.set(message, partition);
      return partition;
    };
  };
}

/** A message names a partition that its topic does not have. */
export class NoSuchPartition extends PublishError {
  readonly of: Message;
  constructor(topic: string, partition: number, count: number | undefined, of: Message) {
    const has = count === undefined ? "it has fewer" : `it has ${count}`;
    super(`cannot publish to partition ${partition} of "${topic}": ${has}, numbered from 0`);
    this.of = of;
  }
}
