/** PUBACK, PUBREC and PUBCOMP: a client settles what it was given. MQTT 5 §4.3.2, §4.3.3 */
import { eventBy } from "../model/events.ts";
import type { Delivery, Session } from "../model/session.ts";
import type { AcknowledgementPacket } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import type { Conversation } from "./conversation.ts";

export function acknowledged(
  conversation: Conversation,
  session: Session,
  packet: AcknowledgementPacket,
): void {
  const delivery = session.inFlight.get(packet.packetId);
  if (delivery === undefined) return;
  if (delivery.qos !== 1) return conversation.end(reasons.protocolError);
  settle(conversation, session, packet, delivery);
}

export function received(
  conversation: Conversation,
  session: Session,
  packet: AcknowledgementPacket,
): void {
  const delivery = session.inFlight.get(packet.packetId);
  if (delivery !== undefined && delivery.qos !== 2) return conversation.end(reasons.protocolError);
  // An error ends the exchange here.
  if (packet.code >= 0x80) {
    if (delivery !== undefined) settle(conversation, session, packet, delivery);
    return;
  }
  if (delivery !== undefined) delivery.released = true;
  // Of what is not known, too: the client waits for it.
  conversation.release(packet.packetId);
}

export function completed(
  conversation: Conversation,
  session: Session,
  packet: AcknowledgementPacket,
): void {
  const delivery = session.inFlight.get(packet.packetId);
  if (delivery === undefined) return;
  if (!delivery.released) return conversation.end(reasons.protocolError);
  settle(conversation, session, packet, delivery);
}

function settle(
  { context, client }: Conversation,
  session: Session,
  { packetId, code }: AcknowledgementPacket,
  { message, via }: Delivery,
): void {
  if (message.number !== 0)
    context.journal.record(
      code < 0x80
        ? eventBy("acknowledged", message, client, via)
        : {
            ...eventBy("rejected", message, client, via),
            reason: `reason code 0x${code.toString(16)}`,
          },
    );
  session.settled(packetId);
}
