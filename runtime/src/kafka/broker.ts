/** Kafka: topics, patterns, partitions, consumer groups; requests over a reply topic. At least once. */
import { Broker } from "../broker.ts";
import type { BrokerKind, Complain, Subscribable } from "../driver.ts";
import { AddressError, DeclarationError } from "../errors.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { addressOf, isTopicName, TOPIC_NAMES } from "./channels.ts";
import { connectKafka } from "./driver.ts";
import type {
  KafkaKind,
  KafkaOptions,
  KafkaPublishOptions,
  KafkaSubscriberOptions,
} from "./options.ts";

export const kafka: BrokerKind = {
  protocol: "kafka",
  dialect: TOPIC_NAMES,
  redelivers: () => true,
  headers: true,
  tombstones: true,
  routing: {
    matches: ({ address, channel }, message) => {
      const { partitions } = (channel?.options ?? {}) as { partitions?: readonly number[] };
      const { partition } = (message.options ?? {}) as KafkaPublishOptions;
      const excluded = partition !== undefined && partitions?.includes(partition) === false;
      return !excluded && address.match(message.address) !== null;
    },
    groupOf: ({ options }) => (options as KafkaSubscriberOptions).group,
  },
  address: addressOf,
  check,
};

/** A connection to Kafka. */
export class KafkaBroker extends Broker<KafkaKind> {
  constructor(options: KafkaOptions = {}) {
    checkBroker(options);
    super(
      kafka,
      connectKafka(
        options,
        () => options.url ?? process.env["MILLRACE_KAFKA_URL"] ?? "localhost:9092",
      ),
    );
  }
}

/** Declarations to be included in a {@link KafkaBroker}. */
export class KafkaRouter extends Router<KafkaKind> {
  constructor(options: { /** Before each address: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(kafka, options));
  }
}

function checkBroker(options: KafkaOptions): void {
  const { idempotent, acks, replyTopic, codecs, compression, client } = options;
  if (idempotent === true && acks !== undefined && acks !== "all")
    throw new DeclarationError(
      `KafkaBroker: idempotent needs acks "all", not "${acks}": leave one of them out`,
    );
  if (replyTopic !== undefined && !isTopicName(replyTopic))
    throw new DeclarationError(
      `KafkaBroker: replyTopic "${replyTopic}" is no name for a topic: use letters, digits, ".", "_" and "-"`,
    );
  // A client that was passed in may have its own.
  const lacks = client === undefined && codecs?.[compression as keyof typeof codecs] === undefined;
  if (lacks && (compression === "snappy" || compression === "lz4"))
    throw new DeclarationError(
      `KafkaBroker: compression "${compression}" needs codecs.${compression}: Node has none of its own`,
    );
}

/** Complains about what no type can tell. */
function check({ address, channel, options }: Subscribable, complain: Complain): void {
  const given = options as KafkaSubscriberOptions;
  const { group, groupInstanceId, from, sessionTimeout = 30_000, heartbeatInterval } = given;
  if (channel?.type === "partitions" && group !== undefined)
    complain("partitions and a group: a group shares its partitions out by itself; leave one out");
  if (!address.wild && !isTopicName(address.template))
    throw new AddressError(
      `"${address.template}" is no name for a topic: use letters, digits, ".", "_" and "-"`,
    );
  if (group === "") complain("an empty group: leave it out, or give it a name");
  if (groupInstanceId !== undefined && group === undefined)
    complain("groupInstanceId without group: it names a member of a group");
  if (heartbeatInterval !== undefined && heartbeatInterval >= sessionTimeout)
    complain(
      `heartbeatInterval ${heartbeatInterval} and sessionTimeout ${sessionTimeout}: several heartbeats belong into a session`,
    );
  if (typeof from === "object" && "timestamp" in from && Number.isNaN(Number(from.timestamp)))
    complain("from.timestamp that is no time: give a Date or milliseconds since 1970");
  for (const option of [
    "commitInterval",
    "sessionTimeout",
    "rebalanceTimeout",
    "maxWait",
  ] as const) {
    const value = given[option];
    if (value !== undefined && !(value >= 0))
      complain(`${option} ${value}: give milliseconds from 0`);
  }
}
