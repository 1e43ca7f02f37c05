/**
 * PUBLISH from a client, and PUBREL. A QoS 2 message goes on when it is released, as in mosquitto: until then a second
 * PUBLISH of its packet id is the same message. MQTT 5 §3.3, §4.3.3
 */
import type { Message } from "../model/message.ts";
import type { Session } from "../model/session.ts";
import type { AcknowledgementPacket, Properties, PublishPacket } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { type Conversation, IN_FLIGHT, NONE } from "./conversation.ts";

/** As mosquitto: 20 on their way, 1000 that wait. */
const MAX_UNRELEASED: number = IN_FLIGHT + 1000;

export function publish(conversation: Conversation, session: Session, packet: PublishPacket): void {
  const { broker } = conversation;
  broker.traffic.publishesReceived++;
  broker.traffic.payloadReceived += packet.payload.length;
  if (isReserved(packet.topic) || !broker.access.mayPublish(session, packet.topic))
    return refusePublish(conversation, session, packet, reasons.notAuthorized);

  if (packet.qos === 2) return hold(conversation, session, packet);
  const matches = broker.route(broker.accept(packet, conversation.client, session.clientId));
  if (packet.qos === 0) return;
  const code = matches ? reasons.success : reasons.noMatchingSubscribers;
  answer(conversation, "puback", packet.packetId, code);
}

/** As mosquitto: what the server tells of itself, but for the state that bridges tell, and groups. */
function isReserved(topic: string): boolean {
  if (!topic.startsWith("$")) return false;
  if (topic.startsWith("$share/")) return true;
  return topic.startsWith("$SYS/") && !/^\$SYS\/broker\/connection\/[^/]+\/state$/.test(topic);
}

/** [MQTT-4.3.3-8…-12] */
function hold(conversation: Conversation, session: Session, packet: PublishPacket): void {
  const { packetId } = packet;
  if (!isAgain(session.incoming.get(packetId), packet)) {
    if (session.incoming.size >= MAX_UNRELEASED)
      return refusePublish(conversation, session, packet, reasons.quotaExceeded);
    const message = conversation.broker.accept(packet, conversation.client, session.clientId);
    session.incoming.set(packetId, message);
  } else if (conversation.repeated.has(packetId)) {
    // mosquitto takes whoever says it a third time for lost.
    return conversation.end(reasons.protocolError);
  } else conversation.repeated.add(packetId);
  answer(conversation, "pubrec", packetId, reasons.success);
}

/** What comes anew by a packet id in use, a client that has lost its memory sent: it replaces what was there, as in mosquitto. */
function isAgain(known: Message | null | undefined, packet: PublishPacket): boolean {
  if (known === undefined) return false;
  return known === null || (known.topic === packet.topic && known.payload.equals(packet.payload));
}

export function release(
  conversation: Conversation,
  session: Session,
  { packetId }: AcknowledgementPacket,
): void {
  const message = session.incoming.get(packetId);
  session.incoming.delete(packetId);
  conversation.repeated.delete(packetId);
  if (message !== undefined && message !== null) conversation.broker.route(message);
  // One that is not known was released before: mosquitto, too, says that all is well.
  answer(conversation, "pubcomp", packetId, reasons.success);
}

/** Takes a message off the wire without passing it on. Before version 5 there is no word for it: it looks taken. */
export function refusePublish(
  conversation: Conversation,
  session: Session,
  { qos, packetId }: PublishPacket,
  code: number,
  reasonString?: string,
): void {
  const properties = reasonString === undefined ? NONE : { reasonString };
  if (qos === 1) answer(conversation, "puback", packetId, code, properties);
  if (qos !== 2) return;
  // With version 5 the code ends the exchange; else PUBREL comes.
  if (conversation.version < 5) session.incoming.set(packetId, null);
  answer(conversation, "pubrec", packetId, code, properties);
}

function answer(
  conversation: Conversation,
  type: "puback" | "pubrec" | "pubcomp",
  packetId: number,
  code: number,
  properties: Properties = NONE,
): void {
  conversation.send({ type, packetId, code, properties });
}
