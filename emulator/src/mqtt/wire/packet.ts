/**
 * MQTT control packets as plain values, for 3.1, 3.1.1 and 5 alike: what a version does not have is left out.
 * https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html (sections 2 and 3)
 */

/** 3: "MQIsdp" of 3.1. 4: 3.1.1. */
export type Version = 3 | 4 | 5;

export type QoS = 0 | 1 | 2;

/** MQTT 5 §2.2.2.2; empty before version 5. Intervals are seconds. */
export interface Properties {
  readonly payloadFormatIndicator?: number;
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  /** Several where the server tells of all that match. */
  readonly subscriptionIdentifiers?: readonly number[];
  readonly sessionExpiryInterval?: number;
  readonly assignedClientIdentifier?: string;
  readonly serverKeepAlive?: number;
  readonly authenticationMethod?: string;
  readonly authenticationData?: Buffer;
  readonly requestProblemInformation?: number;
  readonly willDelayInterval?: number;
  readonly requestResponseInformation?: number;
  readonly responseInformation?: string;
  readonly serverReference?: string;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  readonly topicAlias?: number;
  readonly maximumQoS?: number;
  readonly retainAvailable?: number;
  /** In the order they came; a name may come again. */
  readonly userProperties?: readonly (readonly [string, string])[];
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable?: number;
  readonly subscriptionIdentifierAvailable?: number;
  readonly sharedSubscriptionAvailable?: number;
  /** All names as they came, where user properties stand apart: mosquitto passes them on so. No property of the packet. */
  readonly order?: readonly PropertyName[];
}

export type PropertyName = Exclude<keyof Properties, "order">;

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Properties;
}

export interface ConnectPacket {
  readonly type: "connect";
  readonly version: Version;
  readonly clientId: string;
  /** Clean session before version 5, clean start in it. */
  readonly clean: boolean;
  /** Seconds; 0: none. */
  readonly keepAlive: number;
  readonly user?: string;
  readonly password?: Buffer;
  readonly will?: Will;
  readonly properties: Properties;
}

export interface ConnackPacket {
  readonly type: "connack";
  readonly sessionPresent: boolean;
  /** A return code of 3.1.1 §3.2.2.3, or a reason code of 5 §3.2.2.2. */
  readonly code: number;
  readonly properties: Properties;
}

export interface PublishPacket {
  readonly type: "publish";
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 for QoS 0. */
  readonly packetId: number;
  readonly properties: Properties;
}

export interface AcknowledgementPacket {
  readonly type: "puback" | "pubrec" | "pubrel" | "pubcomp";
  readonly packetId: number;
  readonly code: number;
  readonly properties: Properties;
}

export interface Subscription {
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0: send retained messages; 1: only where the subscription is new; 2: never. MQTT 5 §3.8.3.1 */
  readonly retainHandling: 0 | 1 | 2;
}

export interface SubscribePacket {
  readonly type: "subscribe";
  readonly packetId: number;
  readonly subscriptions: readonly Subscription[];
  readonly properties: Properties;
}

export interface UnsubscribePacket {
  readonly type: "unsubscribe";
  readonly packetId: number;
  readonly filters: readonly string[];
  readonly properties: Properties;
}

export interface SubscriptionAnswer {
  readonly type: "suback" | "unsuback";
  readonly packetId: number;
  /** One for each filter; UNSUBACK has none before version 5. */
  readonly codes: readonly number[];
  readonly properties: Properties;
}

export interface PingPacket {
  readonly type: "pingreq" | "pingresp";
}

export interface EndingPacket {
  readonly type: "disconnect" | "auth";
  readonly code: number;
  readonly properties: Properties;
}

export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | AcknowledgementPacket
  | SubscribePacket
  | UnsubscribePacket
  | SubscriptionAnswer
  | PingPacket
  | EndingPacket;
