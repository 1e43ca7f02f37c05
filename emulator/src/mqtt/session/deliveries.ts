/** PUBLISH to one client: through its faults, onto the wire, into the journal. */
import type { FrameFault } from "../../fault-engine.ts";
import type { JournalClient } from "../../journal.ts";
import type { DeliverySteps, Outbound } from "../../outbound.ts";
import { SLOW_CONSUMER } from "../../outbound.ts";
import type { Connection, ProtocolContext } from "../../protocol.ts";
import { eventBy } from "../model/events.ts";
import type { Delivery } from "../model/session.ts";
import type { Traffic } from "../model/system-topics.ts";
import { filterMatches } from "../model/topics.ts";
import { SharedPublish } from "../wire/encode.ts";
import type { Version } from "../wire/packet.ts";

const TOO_LARGE = "larger than the client's maximum packet size";

/** Where deliveries go. */
interface Receiver {
  readonly client: JournalClient;
  readonly version: Version;
  /** The largest packet that the client takes. */
  readonly largest: number;
  /** Ends the connection at once. */
  cut(): void;
}

export class Deliveries {
  readonly #context: ProtocolContext;
  readonly #connection: Connection;
  readonly #outbound: Outbound;
  readonly #traffic: Traffic;
  readonly #to: Receiver;

  constructor(
    context: ProtocolContext,
    connection: Connection,
    outbound: Outbound,
    traffic: Traffic,
    to: Receiver,
  ) {
    this.#context = context;
    this.#connection = connection;
    this.#outbound = outbound;
    this.#traffic = traffic;
    this.#to = to;
  }

  /** False where the client takes no packet of this size: then it counts as sent and settled. [MQTT-3.1.2-24, -25] */
  publish(delivery: Delivery): boolean {
    const bytes = this.#written(delivery);
    if (bytes.length > this.#to.largest) {
      this.#record("dropped", delivery, TOO_LARGE);
      return false;
    }
    this.#traffic.packetsSent++;
    this.#traffic.publishesSent++;
    this.#traffic.payloadSent += delivery.message.payload.length;
    this.#traffic.bytesSent += bytes.length;
    const fault = this.#context.faults.armed === 0 ? null : this.#fault(delivery);
    if (fault === null && this.#outbound.isFree) {
      const kept = this.#outbound.keepsUp(this.#connection.write(bytes));
      if (kept) this.#sent(delivery, false);
      else this.#lost(delivery);
    } else this.#outbound.deliver(bytes, fault, this.#steps(delivery));
    return true;
  }

  #written({ message, qos, retain, via, packetId, dup }: Delivery): Buffer {
    const { version } = this.#to;
    const { identifier } = via;
    const expires = message.expires !== Number.POSITIVE_INFINITY;
    if (version < 5 || (identifier === undefined && !expires))
      return message.written(version).bytes(qos, retain, dup, packetId);
    // In mosquitto's order.
    const properties = {
      ...(identifier === undefined ? {} : { subscriptionIdentifiers: [identifier] }),
      ...message.properties,
      // [MQTT-3.3.2-6]: what is left.
      ...(expires
        ? {
            messageExpiryInterval: Math.max(
              0,
              Math.ceil((message.expires - this.#context.clock.now()) / 1000),
            ),
          }
        : {}),
    };
    const { topic, payload } = message;
    return new SharedPublish({ topic, payload, properties }, version).bytes(
      qos,
      retain,
      dup,
      packetId,
    );
  }

  #steps(delivery: Delivery): DeliverySteps {
    // `dup` speaks of the next time from here on.
    const again = delivery.dup;
    return {
      sent: (twice) => this.#record(this.#kind(delivery, again || twice), delivery),
      lost: (reason) => this.#record("dropped", delivery, reason),
      cut: () => this.#to.cut(),
    };
  }

  #sent(delivery: Delivery, twice: boolean): void {
    this.#record(this.#kind(delivery, delivery.dup || twice), delivery);
  }

  #lost(delivery: Delivery): void {
    this.#record("dropped", delivery, SLOW_CONSUMER);
    this.#to.cut();
  }

  #kind(delivery: Delivery, again: boolean): "delivered" | "redelivered" {
    return again || delivery.again ? "redelivered" : "delivered";
  }

  #record(
    kind: "delivered" | "redelivered" | "dropped",
    { message, via }: Delivery,
    reason?: string,
  ): void {
    // The server's own are nobody's messages.
    if (message.number === 0) return;
    const event = eventBy(kind, message, this.#to.client, via);
    this.#context.journal.record(reason === undefined ? event : { ...event, reason });
  }

  #fault({ message }: Delivery): FrameFault | null {
    if (message.number === 0) return null;
    return this.#context.faults.next({
      protocol: "mqtt",
      operation: "deliver",
      command: "PUBLISH",
      client: this.#to.client.name,
      channel: message.topic,
      matches: filterMatches,
    });
  }
}
