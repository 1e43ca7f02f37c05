/**
 * CONNECT: who may come in, which session goes on, what CONNACK says. MQTT 5 §3.1, §3.2
 * A client id that is connected is taken over: the older connection ends.
 */
import { randomUUID } from "node:crypto";
import type { ConnectPacket, Properties } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { type Conversation, IN_FLIGHT, NONE, TOPIC_ALIASES } from "./conversation.ts";

/** MQTT 3.1.1 §3.2.2.3. */
const returnCodes = { identifierRejected: 2, serverUnavailable: 3, notAuthorized: 5 };
/** MQTT 5 §3.1.2.11.2. */
const FOR_EVER = 0xffff_ffff;

export function connect(conversation: Conversation, packet: ConnectPacket): void {
  const { broker, version } = conversation;
  // [MQTT-3.1.0-2]
  if (conversation.session !== null) return conversation.end(reasons.protocolError);
  // MQTT 3.1.1 §3.1.3.1: [MQTT-3.1.3-8]; 3.1 knows no clients without an id.
  if (packet.clientId === "" && (version === 3 || (version === 4 && !packet.clean)))
    return refuseConnect(conversation, returnCodes.identifierRejected, reasons.clientIdNotValid);
  if (packet.properties.authenticationMethod !== undefined)
    return refuseConnect(conversation, 0, reasons.badAuthenticationMethod);
  if (!broker.access.mayConnect(packet.user, packet.password?.toString()))
    return refuseConnect(conversation, returnCodes.notAuthorized, reasons.notAuthorized);

  const clientId = packet.clientId === "" ? randomUUID() : packet.clientId;
  const older = broker.sessions.get(clientId);
  // Where the session goes on mosquitto publishes no will, though its connection has ended.
  if (older !== undefined && older.expiry > 0 && !packet.clean) older.link?.forgetWill();
  older?.link?.end(reasons.sessionTakenOver);
  const { session, present } = broker.sessions.open(clientId, packet.clean);
  broker.wills.cancel(clientId);

  session.version = version;
  session.user = packet.user ?? null;
  session.expiry = expiryOf(packet);
  session.window = packet.properties.receiveMaximum ?? IN_FLIGHT;
  conversation.session = session;
  conversation.will = packet.will ?? null;
  conversation.largest = packet.properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  conversation.wantsReasons = packet.properties.requestProblemInformation !== 0;
  // [MQTT-3.1.2-22]: one and a half times the keep alive.
  conversation.expectWithin(packet.keepAlive * 1500);
  conversation.send({
    type: "connack",
    // 3.1 does not know whether there was a session.
    sessionPresent: present && version > 3,
    code: reasons.success,
    properties: version === 5 ? offered(conversation, packet, clientId) : NONE,
  });
  session.resume(conversation);
}

/** A CONNACK that lets nobody in; then the connection closes. [MQTT-3.2.2-7] */
export function refuseConnect(
  conversation: Conversation,
  returnCode: number,
  reasonCode: number,
  reasonString?: string,
): void {
  const code = conversation.version === 5 ? reasonCode : returnCode;
  const properties = reasonString === undefined ? NONE : { reasonString };
  conversation.send({ type: "connack", sessionPresent: false, code, properties });
  conversation.close();
}

/** A fault refuses the client. */
export function refuseByFault(conversation: Conversation, text: string | undefined): void {
  refuseConnect(conversation, returnCodes.serverUnavailable, reasons.serverUnavailable, text);
}

/** Before version 5 a session lasts for ever or as long as its connection. */
function expiryOf({ version, clean, properties }: ConnectPacket): number {
  if (version < 5) return clean ? 0 : Number.POSITIVE_INFINITY;
  return readExpiry(properties.sessionExpiryInterval ?? 0);
}

export function readExpiry(interval: number): number {
  return interval === FOR_EVER ? Number.POSITIVE_INFINITY : interval;
}

function offered({ maxPacket }: Conversation, packet: ConnectPacket, clientId: string): Properties {
  return {
    topicAliasMaximum: TOPIC_ALIASES,
    receiveMaximum: IN_FLIGHT,
    maximumPacketSize: maxPacket,
    ...(packet.clientId === "" ? { assignedClientIdentifier: clientId } : {}),
  };
}
