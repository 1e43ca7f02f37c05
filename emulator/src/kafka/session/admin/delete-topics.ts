/**
 * DeleteTopics, 0–6: by name, from version 6 on by id, too.
 * https://kafka.apache.org/protocol#The_Messages_DeleteTopics
 */
import { KafkaError } from "../../model/errors.ts";
import { deleteTopics } from "../../wire/apis/delete-topics.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { failure, plain, success } from "./failure.ts";
import { repeated } from "./repeated.ts";

type Asked = RequestOf<typeof deleteTopics>["topics"][number];
type Answer = ResponseOf<typeof deleteTopics>["responses"][number];

const NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";

export const deleteTopicsRow: Row = row(deleteTopics, [0, 6], (request, call) => {
  const asked = [
    ...request.topicNames.map((name): Asked => ({ name, topicId: NO_ID })),
    ...request.topics,
  ];
  if (call.cluster.configs.get("delete.topic.enable") === "false") {
    // Older clients do not know the error.
    const error = new KafkaError(call.version < 3 ? "INVALID_REQUEST" : "TOPIC_DELETION_DISABLED");
    return { responses: asked.map((each) => ({ ...each, ...failure(error) })) };
  }
  const names = repeated(asked.flatMap(({ name }) => (name === null ? [] : [name])));
  const ids = repeated(asked.flatMap(({ topicId }) => (topicId === NO_ID ? [] : [topicId])));
  const once = asked.filter(({ name, topicId }) => !names.has(name ?? "") && !ids.has(topicId));
  return {
    responses: [
      ...[...names].map((name) => refused(name, NO_ID, "Duplicate topic name.")),
      ...[...ids].map((topicId) => refused(null, topicId, "Duplicate topic id.")),
      ...once.map((one) => remove(one, call)),
    ],
  };
});

function remove({ name, topicId }: Asked, call: Call): Answer {
  if (name !== null && topicId !== NO_ID)
    return refused(name, topicId, "You may not specify both topic name and topic id.");
  if (name !== null) return removeByName(name, call);
  if (topicId === NO_ID) return refused(null, topicId, "Neither topic name nor id were specified.");
  const { topics } = call.cluster;
  const topic = topics.byId(topicId);
  if (topic === undefined) return { name, topicId, ...failure(plain("UNKNOWN_TOPIC_ID")) };
  if (!may(call, "Delete", "Topic", topic.name)) {
    const shown = may(call, "Describe", "Topic", topic.name) ? topic.name : null;
    return { name: shown, topicId, ...failure(plain("TOPIC_AUTHORIZATION_FAILED")) };
  }
  topics.delete(topic);
  return { name: topic.name, topicId, ...success };
}

function removeByName(name: string, call: Call): Answer {
  const { topics } = call.cluster;
  // Whether it is there is not told who may not see it.
  const refusal = { name, topicId: NO_ID, ...failure(plain("TOPIC_AUTHORIZATION_FAILED")) };
  if (!may(call, "Describe", "Topic", name)) return refusal;
  const topic = topics.get(name);
  if (topic === undefined)
    return { name, topicId: NO_ID, ...failure(plain("UNKNOWN_TOPIC_OR_PARTITION")) };
  if (!may(call, "Delete", "Topic", name)) return refusal;
  topics.delete(topic);
  return { name, topicId: topic.id, ...success };
}

function refused(name: string | null, topicId: string, reason: string): Answer {
  return { name, topicId, ...failure(new KafkaError("INVALID_REQUEST", reason)) };
}
