/** What a user may say to an MqttBroker, its subscribers and its publishers. Plain types. */
import type { KindTypes } from "../kind.ts";
import type { MqttClient } from "./driver.ts";

/** 0: at most once. 1: at least once. 2: once, as long as both sides keep their session. */
export type Qos = 0 | 1 | 2;

/** How to reach an MQTT broker. */
export interface MqttOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…`, credentials allowed. Default: `MILLRACE_MQTT_URL`, else `mqtt://localhost:1883`. */
  readonly url?: string;
  /** MQTT's user name. */
  readonly user?: string;
  readonly password?: string;
  /**
   * `5` carries headers and answers requests, `3.1.1` neither.
   * Default: 5, since without headers no correlation id or trace goes along; 3.1.1 where the broker refuses 5.
   */
  readonly protocol?: "5" | "3.1.1";
  /** Certificates for `mqtts://`, as PEM text. */
  readonly tls?: MqttTls;
  /**
   * What client ids begin with; each replica of a service needs its own, or they end each other's connections.
   * Default: `MILLRACE_SERVICE`, else the app's title.
   */
  readonly name?: string;
  /** Published by the broker when this service goes away without saying so. */
  readonly will?: MqttWill;
  /** Seconds without traffic after which client and broker check on each other. Default 30. */
  readonly keepalive?: number;
  /** MQTT 5: seconds for which the broker keeps what subscribers missed while the service was away. Default 604800, a week. */
  readonly sessionExpiry?: number;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish may take, a lost connection included, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /**
   * A client made by you with `connect()` of the package "mqtt", used for everything; it stays open when the app stops.
   * The options above are then yours, and subscribers whose addresses overlap are refused: one connection cannot tell them apart.
   */
  readonly client?: MqttClient;
}

export interface MqttTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Default true. */
  readonly rejectUnauthorized?: boolean;
}

export interface MqttWill {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  /** Default 1. */
  readonly qos?: Qos;
  readonly retain?: boolean;
}

/** Options of `subscriber` beside those of every broker; `qos` is the mode, see {@link MqttKind}. */
export interface MqttSubscriberOptions {
  /** MQTT 5: how many messages the broker hands over before the first of them is acknowledged. Default: twice `concurrency`, at least 20. */
  readonly receiveMaximum?: number;
}

/** Options of `publisher` and of one publish. */
export interface MqttPublishOptions {
  /** Default 1. */
  readonly qos?: Qos;
  /** The broker keeps it and gives it to whoever subscribes later. */
  readonly retain?: boolean;
}

/** What may be declared on an MqttBroker. `qos: 0` delivers at most once, so its messages have no `nack`. */
export interface MqttKind extends KindTypes {
  subscriber: MqttSubscriberOptions;
  publisher: MqttPublishOptions;
  publish: MqttPublishOptions;
  mode: { option: "qos"; values: Qos; default: 1; atMostOnce: 0 };
}
