/**
 * The properties of MQTT 5, one table for reading and writing: the identifier, the type of its value, the packets that
 * may carry it, and which values are a protocol error. §2.2.2.2; `will` are those of CONNECT's will, §3.1.3.2.
 */
import type { PropertyName } from "./packet.ts";

type ValueType = "byte" | "uint16" | "uint32" | "variable" | "text" | "binary" | "pair";

/** Who carries properties. */
export type Carrier =
  | "connect"
  | "will"
  | "connack"
  | "publish"
  | "puback"
  | "pubrec"
  | "pubrel"
  | "pubcomp"
  | "subscribe"
  | "suback"
  | "unsubscribe"
  | "unsuback"
  | "disconnect"
  | "auth";

export interface PropertyRow {
  readonly name: PropertyName;
  readonly id: number;
  readonly type: ValueType;
  readonly in: readonly Carrier[];
  /** May stand more than once. */
  readonly repeats?: true;
  /** Whether a number is one that the document allows; all, where it is left out. */
  readonly allows?: (value: number) => boolean;
}

const flag = (value: number) => value <= 1;
const positive = (value: number) => value > 0;

const message: readonly Carrier[] = ["publish", "will"];
const answers: readonly Carrier[] = [
  "connack",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "suback",
  "unsuback",
  "disconnect",
  "auth",
];
const everywhere: readonly Carrier[] = [
  ...answers,
  ...message,
  "connect",
  "subscribe",
  "unsubscribe",
];

export const propertyTable: readonly PropertyRow[] = [
  { id: 0x01, name: "payloadFormatIndicator", type: "byte", in: message, allows: flag },
  { id: 0x02, name: "messageExpiryInterval", type: "uint32", in: message },
  { id: 0x03, name: "contentType", type: "text", in: message },
  { id: 0x08, name: "responseTopic", type: "text", in: message },
  { id: 0x09, name: "correlationData", type: "binary", in: message },
  {
    id: 0x0b,
    name: "subscriptionIdentifiers",
    type: "variable",
    in: ["publish", "subscribe"],
    repeats: true,
    allows: positive,
  },
  {
    id: 0x11,
    name: "sessionExpiryInterval",
    type: "uint32",
    in: ["connect", "connack", "disconnect"],
  },
  { id: 0x12, name: "assignedClientIdentifier", type: "text", in: ["connack"] },
  { id: 0x13, name: "serverKeepAlive", type: "uint16", in: ["connack"] },
  { id: 0x15, name: "authenticationMethod", type: "text", in: ["connect", "connack", "auth"] },
  { id: 0x16, name: "authenticationData", type: "binary", in: ["connect", "connack", "auth"] },
  { id: 0x17, name: "requestProblemInformation", type: "byte", in: ["connect"], allows: flag },
  { id: 0x18, name: "willDelayInterval", type: "uint32", in: ["will"] },
  { id: 0x19, name: "requestResponseInformation", type: "byte", in: ["connect"], allows: flag },
  { id: 0x1a, name: "responseInformation", type: "text", in: ["connack"] },
  { id: 0x1c, name: "serverReference", type: "text", in: ["connack", "disconnect"] },
  { id: 0x1f, name: "reasonString", type: "text", in: answers },
  {
    id: 0x21,
    name: "receiveMaximum",
    type: "uint16",
    in: ["connect", "connack"],
    allows: positive,
  },
  { id: 0x22, name: "topicAliasMaximum", type: "uint16", in: ["connect", "connack"] },
  { id: 0x23, name: "topicAlias", type: "uint16", in: ["publish"] },
  { id: 0x24, name: "maximumQoS", type: "byte", in: ["connack"], allows: flag },
  { id: 0x25, name: "retainAvailable", type: "byte", in: ["connack"], allows: flag },
  { id: 0x26, name: "userProperties", type: "pair", in: everywhere, repeats: true },
  {
    id: 0x27,
    name: "maximumPacketSize",
    type: "uint32",
    in: ["connect", "connack"],
    allows: positive,
  },
  { id: 0x28, name: "wildcardSubscriptionAvailable", type: "byte", in: ["connack"], allows: flag },
  {
    id: 0x29,
    name: "subscriptionIdentifierAvailable",
    type: "byte",
    in: ["connack"],
    allows: flag,
  },
  { id: 0x2a, name: "sharedSubscriptionAvailable", type: "byte", in: ["connack"], allows: flag },
];

const byId = new Map(propertyTable.map((row) => [row.id, row]));

export function propertyOf(id: number): PropertyRow | undefined {
  return byId.get(id);
}

const byName = new Map<string, PropertyRow>(propertyTable.map((row) => [row.name, row]));

export function propertyNamed(name: string): PropertyRow | undefined {
  return byName.get(name);
}
