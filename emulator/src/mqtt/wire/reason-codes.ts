import type { AcknowledgementPacket } from "./packet.ts";

/** MQTT 5 §2.4: what became of a packet, by name. From 0x80 on it failed. */
export const reasons = {
  success: 0x00,
  grantedQoS1: 0x01,
  grantedQoS2: 0x02,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reAuthenticate: 0x19,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationError: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  filterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdInUse: 0x91,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  sharedNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
  maximumConnectTime: 0xa0,
  identifiersNotSupported: 0xa1,
  wildcardsNotSupported: 0xa2,
} as const;

type Reason = keyof typeof reasons;
type Acknowledgement = AcknowledgementPacket["type"];

/** MQTT 5 §3.4.2.1, §3.5.2.1. */
const acknowledged: readonly Reason[] = [
  "success",
  "noMatchingSubscribers",
  "unspecifiedError",
  "implementationError",
  "notAuthorized",
  "topicNameInvalid",
  "packetIdInUse",
  "quotaExceeded",
  "payloadFormatInvalid",
];
/** MQTT 5 §3.6.2.1, §3.7.2.1. */
const released: readonly Reason[] = ["success", "packetIdNotFound"];

const carried: Readonly<Record<Acknowledgement, readonly Reason[]>> = {
  puback: acknowledged,
  pubrec: acknowledged,
  pubrel: released,
  pubcomp: released,
};

/** Whether this packet may carry this code. */
export function mayAcknowledge(packet: Acknowledgement, code: number): boolean {
  return code === 0 || carried[packet].some((reason) => reasons[reason] === code);
}
