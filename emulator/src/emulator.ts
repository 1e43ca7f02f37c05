/** What every user of the emulator holds, in process or across a worker thread. */
import type { Fault, FaultRule } from "./faults.ts";
import type { JournalEvent, ProtocolName } from "./journal.ts";

/** How to start. */
export interface EmulatorOptions {
  /**
   * A port for each protocol; 0 means any free one. Default: the protocol's own (NATS 4222, MQTT 1883), else a free one.
   * Of its further ports, too: where only the protocol's is 0, these are free ones as well.
   */
  readonly ports?: Partial<Record<ProtocolName | FurtherPortName, number>>;
  /** Which protocols to open. Default: all that are spoken. */
  readonly only?: readonly ProtocolName[];
  /** Whether a port that is taken is replaced by a free one (default) or an error. */
  readonly moveTakenPorts?: boolean;
  /** Credentials that clients must give. Default: none asked. */
  readonly auth?: { readonly user?: string; readonly password?: string; readonly token?: string };
  /** Opens ports with TLS beside the plain ones; NATS has it on its own. Default: none. */
  readonly tls?: EmulatorTls;
  /** Users of MQTT besides `auth`. Default: none. */
  readonly mqttUsers?: readonly MqttUser[];
  /** Users of Kafka besides `auth`, whose user is the super user: these may do what ACLs let them. Default: none. */
  readonly kafkaUsers?: readonly KafkaUser[];
  /** How many brokers the Kafka cluster has, each on its own port, from 1 to 100; their ids begin with 0. Default 1. */
  readonly kafkaBrokers?: number;
  /** A release that Kafka is to be like, as `2.8`: it offers no later version of any API. Default: all that there is. */
  readonly kafkaAsVersion?: string;
  /** What Kafka's brokers are set to, as in server.properties: `{ "num.partitions": "3" }`. Default: as a broker of one's own. */
  readonly kafkaConfigs?: Readonly<Record<string, string>>;
  /** Bounds. NATS max_payload and the MQTT packet limit, bytes; default 1 MiB. */
  readonly maxPayload?: number;
  /** Told what clients asked for that is not offered, each thing once, a hundred lines at most. Default: nobody. */
  readonly log?: (line: string) => void;
}

/** What TLS is done with, in PEM. */
export interface EmulatorTls {
  readonly cert: string;
  readonly key: string;
  /** With it clients must show a certificate that these authorities have signed. */
  readonly ca?: string;
}

/** A user of MQTT, and the topics it may use: all, where it names none. In filters `%c` is the client id and `%u` the user. */
export interface MqttUser {
  readonly user: string;
  readonly password: string;
  /** Filters of the topics that it may publish to. */
  readonly publish?: readonly string[];
  /** Filters of the topics that it may read. */
  readonly subscribe?: readonly string[];
}

/** A user of Kafka, who logs in with PLAIN or SCRAM. */
export interface KafkaUser {
  readonly user: string;
  readonly password: string;
}

/** One protocol that is open. */
export interface EmulatorServer {
  readonly protocol: ProtocolName;
  /** For clients: `nats://127.0.0.1:4222`, `mqtt://127.0.0.1:1883`; of Kafka the bootstrap servers, `127.0.0.1:9092`. */
  readonly url: string;
  readonly port: number;
  /** The port that was asked for, where another had to be taken. */
  readonly movedFrom?: number;
  /** With TLS, where that was asked for: `amqps://127.0.0.1:5671`. For NATS it is the same port. */
  readonly tls?: EmulatorAddress;
  /** RabbitMQ's HTTP API: `http://127.0.0.1:15672`. */
  readonly management?: EmulatorAddress;
  /** MQTT over WebSocket: `ws://127.0.0.1:9001`. */
  readonly websocket?: EmulatorAddress;
  /** Kafka's Schema Registry: `http://127.0.0.1:8081`. */
  readonly schemaRegistry?: EmulatorAddress;
}

/** A further port of a protocol. */
export type EmulatorAddress = Pick<EmulatorServer, "url" | "port" | "movedFrom">;

/** What the further ports of protocols are for. */
export type FurtherName = "management" | "websocket" | "schema-registry";

/** As options name them. */
export type FurtherPortName =
  | "rabbitmq-management"
  | "mqtt-websocket"
  | "kafka-schema-registry"
  | "rabbitmq-tls"
  | "mqtt-tls"
  | "redis-tls"
  | "kafka-tls";

/** The state of an emulator, for `structuredClone` or a worker's message. Its parts are each protocol's own. */
export interface EmulatorSnapshot {
  readonly version: 1;
  /** The emulator's clock when it was taken, ms since 1970. */
  readonly time: number;
  readonly protocols: Partial<Readonly<Record<ProtocolName, unknown>>>;
}

/** A running emulator. The same in process and in a worker thread, so everything answers later. */
export interface Emulator extends AsyncDisposable {
  readonly servers: readonly EmulatorServer[];
  /** Calls back for every event of the journal from now on, in order. Returns the way to stop. */
  onEvents(listener: (events: readonly JournalEvent[]) => void): () => void;
  /** The events still in the ring with `seq` above `after` (default 0). */
  events(after?: number): Promise<readonly JournalEvent[]>;
  /** Arms a fault; see faults.ts for the vocabulary. */
  inject(rule: FaultRule): Promise<Fault>;
  /** Moves the clock forward by `ms`. */
  advance(ms: number): Promise<void>;
  /** Publishes as the workbench: the event's client is named `workbench`. Rejects with the reason a client would be given. */
  publish(message: {
    protocol: ProtocolName;
    channel: string;
    payload: Uint8Array;
    headers?: Readonly<Record<string, string>>;
    /** What the channel is, where the protocol has several kinds: Redis' `list` and `stream`, RabbitMQ's `queue` and `exchange:NAME`. */
    channelType?: string;
    key?: string;
    /** Asks for an answer, which the journal shows as delivered to the workbench. NATS and MQTT; others send without. */
    answer?: boolean;
  }): Promise<void>;
  /** All that the brokers hold, as plain data, to be kept and restored: keys, streams, queues, sessions. */
  snapshot(): Promise<EmulatorSnapshot>;
  /**
   * Replaces all that the brokers hold; what the snapshot has nothing of is left as it is. Clients stay connected.
   * Redis' deadlines go on with the time that was left, JetStream's stay where they were. Rejects where the snapshot cannot be read, and then changes nothing of
   * that protocol.
   */
  restore(snapshot: EmulatorSnapshot): Promise<void>;
  /** Closes ports and connections. Safe to call twice. */
  close(): Promise<void>;
}
