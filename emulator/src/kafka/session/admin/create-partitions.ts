/**
 * CreatePartitions, 0–3: `count` is how many there are to be, not how many more.
 * https://kafka.apache.org/protocol#The_Messages_CreatePartitions
 */
import { KafkaError } from "../../model/errors.ts";
import { createPartitions } from "../../wire/apis/create-partitions.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { attempt, failure } from "./failure.ts";
import { repeated } from "./repeated.ts";

type Request = RequestOf<typeof createPartitions>;

export const createPartitionsRow: Row = row(createPartitions, [0, 3], (request, call) => {
  const twice = repeated(request.topics.map(({ name }) => name));
  const duplicate = failure(new KafkaError("INVALID_REQUEST", "Duplicate topic name."));
  return {
    results: [
      ...[...twice].map((name) => ({ name, ...duplicate })),
      ...request.topics
        .filter(({ name }) => !twice.has(name))
        .map((asked) => ({
          name: asked.name,
          ...attempt(() => add(asked, request.validateOnly, call)),
        })),
    ],
  };
});

function add(
  { name, count, assignments }: Request["topics"][number],
  validateOnly: boolean,
  call: Call,
): void {
  if (!may(call, "Alter", "Topic", name)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  const topic = call.cluster.topics.get(name);
  if (topic === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
  const replicas = assignments?.map(({ brokerIds }) => brokerIds);
  if (validateOnly) topic.planPartitions(count, replicas);
  else topic.addPartitions(count, replicas);
}
