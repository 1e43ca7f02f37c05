/** Options that cannot be: those that only MQTT 5 has, under 3.1.1, and those that do not go together. */
import type { Complain, Subscribable } from "../driver.ts";
import { DeclarationError } from "../errors.ts";
import type {
  Mqtt5ConnectionOptions,
  Mqtt5PublishOptions,
  Mqtt5SubscriberOptions,
  Mqtt5Will,
  MqttOptions,
  MqttPublishOptions,
  MqttSubscriberOptions,
  MqttWill,
  Qos,
} from "./options.ts";

/** The options that `More` has and `Less` has not, each of which must be listed. */
type Only<More, Less> = Readonly<Record<Exclude<keyof More, keyof Less>, true>>;

const connection: Only<Mqtt5ConnectionOptions, { will: never }> = {
  sessionExpiry: true,
  maximumPacketSize: true,
  topicAliases: true,
  replyPrefix: true,
};
const will: Only<Mqtt5Will, MqttWill> = {
  delay: true,
  expiry: true,
  headers: true,
  payloadFormat: true,
  responseTopic: true,
  correlationData: true,
};
const subscriber: Only<Mqtt5SubscriberOptions, MqttSubscriberOptions> = {
  receiveMaximum: true,
  sessionExpiry: true,
  noLocal: true,
  retainAsPublished: true,
  retainHandling: true,
};
const publish: Only<Mqtt5PublishOptions, MqttPublishOptions> = {
  expiry: true,
  payloadFormat: true,
  userProperties: true,
  responseTopic: true,
  correlationData: true,
};

/** @throws {DeclarationError} naming the first option of the broker that 3.1.1 does not have. */
export function refuseConnectionOptions(options: MqttOptions): void {
  refuse(connection, options, "the MQTT broker");
  refuse(will, options.will, "the will");
}

/** @throws {DeclarationError} naming the first option of the subscriber that 3.1.1 does not have. */
export function refuseSubscriberOptions(template: string, options: unknown): void {
  refuse(subscriber, options, `the subscriber of "${template}"`);
}

/** @throws {DeclarationError} naming the first option of the publish that 3.1.1 does not have. */
export function refusePublishOptions(topic: string, options: unknown): void {
  refuse(publish, options, `the message for "${topic}"`);
}

function refuse(onlyFive: object, given: unknown, who: string): void {
  const option = Object.keys(onlyFive).find(
    (each) => (given as Record<string, unknown> | undefined)?.[each] !== undefined,
  );
  if (option !== undefined)
    throw new DeclarationError(
      `${who} has ${option}, which MQTT 3.1.1 does not: leave it out, or connect to a broker that speaks MQTT 5`,
    );
}

type Checked = Mqtt5SubscriberOptions & {
  qos?: Qos;
  concurrency?: number;
  batch?: { size: number };
};

/** @throws {DeclarationError} for options of a subscriber that cannot be, or not together. */
export function checkSubscriber({ options }: Subscribable, complain: Complain): void {
  const given = options as Checked;
  const { receiveMaximum, sessionExpiry, cleanStart, group, concurrency = 1, batch } = given;
  if (receiveMaximum !== undefined) {
    if (!whole(receiveMaximum, 1, 65_535))
      complain(`receiveMaximum ${receiveMaximum}: give a whole number from 1 to 65535`);
    if (batch !== undefined && batch.size > receiveMaximum)
      complain(
        `receiveMaximum ${receiveMaximum} and batch.size ${batch.size}: a batch would never be full; leave receiveMaximum out`,
      );
    if (concurrency > receiveMaximum)
      complain(
        `receiveMaximum ${receiveMaximum} and concurrency ${concurrency}: so many would never be handled at once; leave receiveMaximum out`,
      );
  }
  if (sessionExpiry !== undefined && !whole(sessionExpiry, 0, 4_294_967_295))
    complain(`sessionExpiry ${sessionExpiry}: give whole seconds from 0 to 4294967295`);
  if (given.qos === 0) {
    const useless = Object.entries({ receiveMaximum, sessionExpiry, cleanStart }).find(
      ([, value]) => value !== undefined,
    );
    if (useless !== undefined)
      complain(`qos 0 and ${useless[0]}: at QoS 0 the broker keeps nothing; leave one of them out`);
  }
  if (group === undefined) return;
  // MQTT 5, 4.8.2.
  if (!/^[^/+#]+$/.test(group))
    complain(`the group "${group}": it cannot be empty or have "/", "+" or "#" in it`);
  // MQTT 5, 3.8.3.1: a protocol error.
  if (given.noLocal === true)
    complain("noLocal and a group: what one member passes over, no other gets; leave one out");
  if (given.retainHandling !== undefined)
    complain("retainHandling and a group: groups are not given retained messages; leave one out");
}

export const whole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
