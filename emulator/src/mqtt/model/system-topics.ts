/**
 * What the server tells of itself under $SYS/broker, in mosquitto's words: retained, and every ten seconds what has
 * changed. Nothing of it is counted together while nobody is subscribed.
 */
import type { Clock } from "../../clock.ts";
import { SERVER_NAME, VERSION } from "../../version.ts";
import { Message } from "./message.ts";
import type { Retained } from "./retained.ts";
import type { Sessions } from "./sessions.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** What has passed since the start. */
export class Traffic {
  bytesReceived = 0;
  bytesSent = 0;
  packetsReceived = 0;
  packetsSent = 0;
  publishesReceived = 0;
  publishesSent = 0;
  payloadReceived = 0;
  payloadSent = 0;
  publishesDropped = 0;
}

/** What it tells of. */
interface Told {
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly retained: Retained;
  readonly traffic: Traffic;
  route(message: Message): void;
}

/** mosquitto's sys_interval, ms. */
const INTERVAL = 10_000;
const ROOT = "$SYS/broker";

export class SystemTopics {
  readonly #broker: Told;
  readonly #clock: Clock;
  readonly #started: number;
  readonly #told = new Map<string, string>();
  #cancel: (() => void) | null = null;
  #mostClients = 0;

  constructor(broker: Told, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
    this.#started = clock.now();
  }

  /** Somebody subscribes: brings what is retained up to date, before it is sent. */
  watched(pattern: string): void {
    if (!pattern.startsWith("$SYS")) return;
    for (const message of this.#changes()) this.#broker.retained.keep(message);
    this.#cancel ??= this.#clock.after(INTERVAL, () => this.#tell());
  }

  /** What was retained is gone: all is told anew. */
  forget(): void {
    this.#told.clear();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tell(): void {
    this.#cancel = null;
    if (!this.#broker.subscriptions.someBeginWith("$SYS")) return;
    for (const message of this.#changes()) this.#broker.route(message);
    this.#cancel = this.#clock.after(INTERVAL, () => this.#tell());
  }

  #changes(): Message[] {
    const changed: Message[] = [];
    for (const [name, value] of Object.entries(this.#values())) {
      if (this.#told.get(name) === String(value)) continue;
      this.#told.set(name, String(value));
      changed.push(
        new Message({
          number: 0,
          topic: `${ROOT}/${name}`,
          payload: Buffer.from(String(value)),
          qos: 2,
          retain: true,
          properties: {},
          expires: Number.POSITIVE_INFINITY,
          source: "",
        }),
      );
    }
    return changed;
  }

  #values(): Record<string, string | number> {
    const { sessions, subscriptions, retained, traffic } = this.#broker;
    let connected = 0;
    let waiting = 0;
    let waitingBytes = 0;
    for (const session of sessions.all) {
      if (session.link !== null) connected++;
      for (const { message } of [...session.inFlight.values(), ...session.queue]) {
        waiting++;
        waitingBytes += message.payload.length;
      }
    }
    this.#mostClients = Math.max(this.#mostClients, sessions.count);
    const stored = retained.count + waiting;
    return {
      version: `${SERVER_NAME} ${VERSION}`,
      uptime: `${Math.floor((this.#clock.now() - this.#started) / 1000)} seconds`,
      "clients/total": sessions.count,
      "clients/maximum": this.#mostClients,
      "clients/inactive": sessions.count - connected,
      "clients/disconnected": sessions.count - connected,
      "clients/active": connected,
      "clients/connected": connected,
      "clients/expired": sessions.expired,
      "messages/stored": stored,
      "store/messages/count": stored,
      "store/messages/bytes": waitingBytes + retained.bytes,
      "subscriptions/count": subscriptions.count,
      "shared_subscriptions/count": subscriptions.sharedCount,
      "retained messages/count": retained.count,
      "messages/received": traffic.packetsReceived,
      "messages/sent": traffic.packetsSent,
      "publish/messages/dropped": traffic.publishesDropped,
      "publish/messages/received": traffic.publishesReceived,
      "publish/messages/sent": traffic.publishesSent,
      "publish/bytes/received": traffic.payloadReceived,
      "publish/bytes/sent": traffic.payloadSent,
      "bytes/received": traffic.bytesReceived,
      "bytes/sent": traffic.bytesSent,
    };
  }
}
