/**
 * DescribeConfigs, 0–4: everything that a topic, a broker (name "" for what is set on all), a group or a subscription to
 * metrics goes by. A broker tells of itself only. Documentation (version 3) is not told; nor, as by today's brokers, what
 * is a default to version 0, which has no sources.
 * https://kafka.apache.org/protocol#The_Messages_DescribeConfigs, KIP-133, KIP-226
 */
import { KafkaError } from "../../model/errors.ts";
import { checkTopicName } from "../../model/topics/names.ts";
import { describeConfigs } from "../../wire/apis/describe-configs.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { type Call, type Row, row } from "../handling.ts";
import { brokerOf, checkAccess, resourceOf } from "./config-resources.ts";
import {
  type ConfigEntry,
  brokerEntries,
  clusterEntries,
  groupEntries,
  metricsEntries,
  topicEntries,
} from "./config-entries.ts";
import { failure, plain } from "./failure.ts";

type Request = RequestOf<typeof describeConfigs>;
type Asked = Request["resources"][number];
type Answer = ResponseOf<typeof describeConfigs>["results"][number];

export const describeConfigsRow: Row = row(describeConfigs, [0, 4], (request, call) => {
  const { resources } = request;
  // One of a type that there is not, and none is told.
  const isWrong = resources.some(({ resourceType }) => resourceOf(resourceType) === null);
  const refusal = failure(plain("INVALID_REQUEST"));
  return {
    results: resources.map((asked) =>
      isWrong ? { ...refusal, ...asked, configs: [] } : describe(asked, request, call),
    ),
  };
});

function describe(asked: Asked, request: Request, call: Call): Answer {
  const { resourceType, resourceName, configurationKeys: keys } = asked;
  const resource = { resourceType, resourceName };
  try {
    const configs = entriesOf(asked, call)
      .filter(({ name }) => keys === null || keys.length === 0 || keys.includes(name))
      .map((entry) => ({
        ...entry,
        synonyms: request.includeSynonyms ? entry.synonyms : [],
        documentation: null,
      }));
    return { errorCode: 0, errorMessage: "", ...resource, configs };
  } catch (error) {
    return { ...failure(error), ...resource, configs: [] };
  }
}

function entriesOf({ resourceType, resourceName: name }: Asked, call: Call): ConfigEntry[] {
  const { configs, topics, groupConfigs, metricsConfigs } = call.cluster;
  const kind = resourceOf(resourceType);
  if (kind === null) return [];
  checkAccess(call, "DescribeConfigs", kind, name);
  switch (kind) {
    case "topic": {
      checkTopicName(name);
      const topic = topics.get(name);
      if (topic === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", "");
      return topicEntries(topic);
    }
    case "broker":
      return name === ""
        ? clusterEntries(configs)
        : brokerEntries(configs, brokerOf(name, call, " or empty string,"));
    case "broker-logger":
      if (name === "") throw new KafkaError("INVALID_REQUEST", "Broker id must not be empty");
      brokerOf(name, call, "");
      // There are none.
      return [];
    case "client-metrics":
      if (name === "")
        throw new KafkaError(
          "INVALID_REQUEST",
          "Client metrics subscription name must not be empty",
        );
      return metricsEntries(metricsConfigs.get(name));
    case "group":
      if (name === "") throw new KafkaError("INVALID_REQUEST", "Group name must not be empty");
      return groupEntries(groupConfigs.get(name), configs);
  }
}
