/** SUBSCRIBE and UNSUBSCRIBE. What is retained comes behind SUBACK, as from mosquitto. MQTT 5 §3.8, §3.10 */
import type { Session, Subscribed } from "../model/session.ts";
import { subscribedTo } from "../model/subscriptions.ts";
import type { SubscribePacket, Subscription, UnsubscribePacket } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { type Conversation, NONE } from "./conversation.ts";

export function subscribe(
  conversation: Conversation,
  session: Session,
  { packetId, subscriptions, properties }: SubscribePacket,
): void {
  const { broker, version } = conversation;
  const identifier = properties.subscriptionIdentifiers?.[0];
  const recalled: Subscribed[] = [];
  for (const asked of subscriptions) {
    const isNew = !session.subscriptions.has(asked.filter);
    const subscribed = subscribedTo(session, asked, identifier);
    broker.subscriptions.put(subscribed);
    broker.system.watched(subscribed.pattern);
    // §4.8.2: a shared subscription gets nothing that is retained.
    if (subscribed.group === undefined && wantsRetained(asked, isNew, version))
      recalled.push(subscribed);
  }
  conversation.send({
    type: "suback",
    packetId,
    codes: subscriptions.map(({ qos }) => qos),
    properties: NONE,
  });
  for (const subscribed of recalled) broker.recall(subscribed);
}

export function unsubscribe(
  conversation: Conversation,
  session: Session,
  { packetId, filters }: UnsubscribePacket,
): void {
  const codes = filters.map((filter) =>
    conversation.broker.subscriptions.remove(session, filter)
      ? reasons.success
      : reasons.noSubscriptionExisted,
  );
  conversation.send({ type: "unsuback", packetId, codes, properties: NONE });
}

/** §3.8.3.1: retain handling; before version 5 always. */
function wantsRetained({ retainHandling }: Subscription, isNew: boolean, version: number): boolean {
  return version < 5 || retainHandling === 0 || (retainHandling === 1 && isNew);
}
