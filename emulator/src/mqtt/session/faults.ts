/** Which fault a client's packet meets, and what one does that takes or refuses it. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import type { FaultOperation } from "../../faults.ts";
import { eventOf } from "../model/events.ts";
import { filterMatches, readFilter } from "../model/topics.ts";
import type { Packet } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { refuseByFault } from "./connect.ts";
import { type Conversation, NONE } from "./conversation.ts";
import { refusePublish } from "./publishing.ts";

export function faultOf(conversation: Conversation, packet: Packet): FrameFault | null {
  if (conversation.context.faults.armed === 0) return null;
  const next = (operation?: FaultOperation, channel?: string) =>
    conversation.context.faults.next({
      protocol: "mqtt",
      command: packet.type,
      client: conversation.client.name,
      matches: filterMatches,
      ...(operation === undefined ? {} : { operation }),
      ...(channel === undefined ? {} : { channel }),
    });
  switch (packet.type) {
    case "connect":
      return next("connect");
    case "publish":
      return next("publish", packet.topic);
    case "subscribe": {
      // Each filter counts; the first that meets one decides.
      const faults = packet.subscriptions.map(({ filter }) =>
        next("subscribe", readFilter(filter).pattern),
      );
      return faults.find((fault) => fault !== null) ?? null;
    }
    case "puback":
    case "pubrec": {
      const delivery = conversation.session?.inFlight.get(packet.packetId);
      return next("acknowledge", delivery?.message.topic);
    }
    default:
      return next();
  }
}

/** A packet that a fault takes off the wire, as if it had never arrived: a QoS 1 or 2 sender gets no answer. */
export function lose(conversation: Conversation, packet: Packet, fault: FrameFault): void {
  const { session, broker, client, context } = conversation;
  if (packet.type !== "publish" || session === null) return;
  const message = broker.accept(packet, client, session.clientId);
  context.journal.record({ ...eventOf("dropped", message, client), reason: reasonOf(fault) });
}

/** The packet's own refusal, where it has one; else the connection ends. */
export function refuse(
  conversation: Conversation,
  packet: Packet,
  fault: FrameFault & { readonly effect: { readonly kind: "error" } },
): void {
  const text = "text" in fault.effect ? String(fault.effect.text) : undefined;
  const code = reasons.unspecifiedError;
  const { session, version } = conversation;
  lose(conversation, packet, fault);
  if (packet.type === "connect") return refuseByFault(conversation, text);
  const words = conversation.wantsReasons ? text : undefined;
  const isRefusable = packet.type === "publish" && packet.qos > 0 && version === 5;
  if (isRefusable && session !== null)
    return refusePublish(conversation, session, packet, code, words);
  if (packet.type === "subscribe" || (packet.type === "unsubscribe" && version === 5)) {
    const count = packet.type === "subscribe" ? packet.subscriptions.length : packet.filters.length;
    return conversation.send({
      type: packet.type === "subscribe" ? "suback" : "unsuback",
      packetId: packet.packetId,
      codes: Array.from({ length: count }, () => code),
      properties: words === undefined ? NONE : { reasonString: words },
    });
  }
  conversation.end(code);
}
