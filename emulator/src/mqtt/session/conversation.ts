/** What the handlers of packets know of the connection they came by. */
import type { JournalClient } from "../../journal.ts";
import type { ProtocolContext } from "../../protocol.ts";
import type { Broker } from "../model/broker.ts";
import type { Link, Session } from "../model/session.ts";
import type { Packet, Version, Will } from "../wire/packet.ts";

export interface Conversation extends Link {
  readonly broker: Broker;
  readonly context: ProtocolContext;
  /** The largest packet that is taken. */
  readonly maxPacket: number;
  /** Of the CONNECT. */
  readonly version: Version;
  readonly client: JournalClient;
  /** Null until the client has been let in. */
  session: Session | null;
  /** What is published where the client goes without a word. */
  will: Will | null;
  /** Packet ids of QoS 2 messages that came a second time before they were released. */
  readonly repeated: Set<number>;
  /** The largest packet that the client takes. MQTT 5 §3.1.2.11.4 */
  largest: number;
  /** Whether the client wants reasons in words. MQTT 5 §3.1.2.11.7 */
  wantsReasons: boolean;
  send(packet: Packet): void;
  /** Begins to watch that the client says something within this time, ms; 0: for ever. */
  expectWithin(ms: number): void;
  /** Closes without a further word. */
  close(): void;
}

/** mosquitto's max_inflight_messages and max_topic_alias. */
export const IN_FLIGHT = 20;
export const TOPIC_ALIASES = 10;

export const NONE: Record<string, never> = {};
