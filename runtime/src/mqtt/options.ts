/** What a user may say to an MqttBroker, its subscribers and its publishers. Plain types. */
import type { GroupOption, KindTypes, PlainOnly } from "../kind.ts";
import type { MqttClient, MqttPacket } from "./driver.ts";

export type MqttProtocol = "5" | "3.1.1";

/** 0: at most once. 1: at least once. 2: once, as long as both sides keep their session. */
export type Qos = 0 | 1 | 2;

/** How to reach an MQTT broker. With `protocol: "3.1.1"` the options that only MQTT 5 has do not compile. */
export type MqttOptions<Protocol extends MqttProtocol = MqttProtocol> = MqttConnectionOptions & {
  /**
   * `5` carries headers and answers requests, `3.1.1` neither.
   * Default: 5, since without headers no correlation id or trace goes along; 3.1.1 where the broker refuses 5.
   */
  readonly protocol?: Protocol;
} & ([Protocol] extends ["3.1.1"]
    ? Never<Mqtt5ConnectionOptions> & WillOption3
    : Mqtt5ConnectionOptions);

/** Options of a connection in both versions. */
export interface MqttConnectionOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…`, `wss://…`, credentials allowed. Default: `MILLRACE_MQTT_URL`, else `mqtt://localhost:1883`. */
  readonly url?: string;
  /** MQTT's user name. */
  readonly user?: string;
  readonly password?: string;
  /** For `mqtts://` and `wss://`. */
  readonly tls?: MqttTls;
  /** Sent with the request that opens a WebSocket: cookies, tokens. */
  readonly webSocketHeaders?: Readonly<Record<string, string>>;
  /**
   * What client ids begin with; each replica of a service needs its own, or they end each other's connections.
   * Default: `MILLRACE_SERVICE`, else the app's title.
   */
  readonly name?: string;
  /** Seconds without traffic after which client and broker check on each other. Default 30. */
  readonly keepalive?: number;
  /** Start without what subscribers missed while the service was away. Default false. */
  readonly cleanStart?: boolean;
  /** How long a connection may take to be made, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish may take, a lost connection included, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /**
   * A client made by you with `connect()` of the package "mqtt", used for everything; it stays open when the app stops.
   * The options of connections and sessions are then yours, and subscribers whose addresses overlap are refused: one
   * connection cannot tell them apart.
   */
  readonly client?: MqttClient;
}

/** Options of a connection that only MQTT 5 has. */
export interface Mqtt5ConnectionOptions {
  /** Published by the broker when this service goes away without saying so. */
  readonly will?: Mqtt5Will;
  /** Seconds for which the broker keeps what a subscriber missed while the service was away. Default 604800, a week. */
  readonly sessionExpiry?: number;
  /** Bytes; larger packets the broker does not send us, and drops. Default: no limit. */
  readonly maximumPacketSize?: number;
  /** Send a topic's name once a connection and a number afterwards, as many as the broker takes. Default false. */
  readonly topicAliases?: boolean;
  /** Answers to requests come to `<replyPrefix>/<random>`, which this client must be allowed to read. Default `millrace/replies`. */
  readonly replyPrefix?: string;
}

export interface MqttTls {
  /** Whom to trust, as PEM text. Default: the authorities that Node brings along. */
  readonly ca?: string | readonly string[];
  /** The client's certificate and its key, as PEM text. */
  readonly cert?: string;
  readonly key?: string;
  /** What the key is encrypted with. */
  readonly passphrase?: string;
  /** The name that the server's certificate must have, where it is not that of the URL. */
  readonly servername?: string;
  /** For servers that speak MQTT on a port with others: `["mqtt"]`. */
  readonly alpnProtocols?: readonly string[];
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

export interface Mqtt5Will extends MqttWill {
  /**
   * Seconds between the loss of the connection and the will; back in time, even as a new process, it is not published.
   * Default 0.
   */
  readonly delay?: number;
  /** Seconds after which the broker drops it. */
  readonly expiry?: number;
  /** `content-type` as content type, the others as user properties. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly payloadFormat?: PayloadFormat;
  readonly responseTopic?: string;
  readonly correlationData?: string | Uint8Array;
}

/** What the payload says it is; brokers and receivers may refuse text that is none. */
export type PayloadFormat = "utf-8" | "bytes";

/** Options of `subscriber` beside those of every broker; `qos` is the mode, see {@link MqttKind}. */
export interface MqttSubscriberOptions extends GroupOption {
  /** As the broker's. */
  readonly cleanStart?: boolean;
}

/** Those that only MQTT 5 has. */
export interface Mqtt5SubscriberOptions extends MqttSubscriberOptions {
  /**
   * How many messages the broker hands over before the first of them is acknowledged.
   * Default: twice `concurrency` or `batch.size`, at least 20.
   */
  readonly receiveMaximum?: number;
  /** As the broker's; 0: nothing is kept. */
  readonly sessionExpiry?: number;
  /** Not what this service publishes by this broker, as its `name` tells. Default false. */
  readonly noLocal?: boolean;
  /** Whether `raw.retain` is what the publisher said, rather than whether the message was kept. Default false. */
  readonly retainAsPublished?: boolean;
  /**
   * When retained messages come: with each `start`, only with a subscription that is new to the session, or never.
   * Default `new`.
   */
  readonly retainHandling?: "always" | "new" | "never";
}

/** Options of `publisher` and of one publish. */
export interface MqttPublishOptions {
  /** Default 1. */
  readonly qos?: Qos;
  /** The broker keeps it and gives it to whoever subscribes later. */
  readonly retain?: boolean;
}

/** Those that only MQTT 5 has. */
export interface Mqtt5PublishOptions extends MqttPublishOptions {
  /** Whole seconds after which the broker no longer delivers it. A request's default is its `timeout`. */
  readonly expiry?: number;
  readonly payloadFormat?: PayloadFormat;
  /** Beside the headers; a name with several values is sent several times. */
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>;
  /** Where an answer is wanted by somebody who does not use `request`. */
  readonly responseTopic?: string;
  /** Comes back with the answer. Default: the correlation id. */
  readonly correlationData?: string | Uint8Array;
}

/** `qos: 0` delivers at most once, so its messages have no `nack`. */
interface Mode {
  option: "qos";
  values: Qos;
  default: 1;
  atMostOnce: 0;
}

/** What may be declared on a broker of MQTT 5. */
export interface MqttKind extends KindTypes {
  subscriber: Mqtt5SubscriberOptions;
  publisher: Mqtt5PublishOptions;
  publish: Mqtt5PublishOptions;
  raw: MqttPacket;
  channels: PlainOnly;
  mode: Mode;
}

/** What may be declared on a broker of MQTT 3.1.1. */
export interface Mqtt3Kind extends KindTypes {
  subscriber: MqttSubscriberOptions;
  publisher: MqttPublishOptions;
  publish: MqttPublishOptions;
  raw: MqttPacket;
  channels: PlainOnly;
  mode: Mode;
}

export type MqttKindOf<Protocol extends MqttProtocol> = [Protocol] extends ["3.1.1"]
  ? Mqtt3Kind
  : MqttKind;

type Never<Options> = { readonly [Option in Exclude<keyof Options, "will">]?: never };

interface WillOption3 {
  /** Published by the broker when this service goes away without saying so. */
  readonly will?: MqttWill & Never<Omit<Mqtt5Will, keyof MqttWill>>;
}
