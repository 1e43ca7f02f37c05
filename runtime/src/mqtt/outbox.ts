/** Publishes over a link: as many unconfirmed at once as the broker takes, in order, each until it is confirmed. */
import { abortable, within } from "../abortable.ts";
import { PublishError } from "../errors.ts";
import type { IClientPublishOptions } from "./driver.ts";
import { messageOf, type Link } from "./link.ts";

/** PUBACK and PUBREC's "no matching subscribers" (MQTT 5, 3.4.2.1). */
export const NO_SUBSCRIBERS = 0x10;

/** 3.1.1 has no receive maximum to tell, but mosquitto (2.0) has one of 20: it confirms QoS 2 messages beyond it and drops them. */
const UNSAID = 20;

export class Outbox {
  readonly #link: Link;
  readonly #waiting: (() => void)[] = [];
  /** Packet ids of publishes that the broker says nobody receives. */
  readonly #unheard = new Set<number>();
  /** QoS 2 publishes under way. */
  readonly #twice = new Set<Attempt>();
  #unconfirmed = 0;

  constructor(link: Link) {
    this.#link = link;
    link.client.on("packetreceive", (packet) => {
      const { messageId, reasonCode, sessionPresent } = packet as Answer;
      // The client hands over the reason only where it is an error.
      if ((packet.cmd === "puback" || packet.cmd === "pubrec") && reasonCode === NO_SUBSCRIBERS) {
        this.#unheard.add(messageId ?? 0);
      }
      if (packet.cmd === "connack" && !sessionPresent) this.#giveUpReleases();
    });
  }

  /**
   * Resolves when the broker has confirmed, for QoS 0 when the message was written; with {@link NO_SUBSCRIBERS} where
   * the broker says so, else 0. A lost connection is waited for, all within `timeout`.
   */
  async publish(
    topic: string,
    payload: Uint8Array,
    options: IClientPublishOptions,
    limits: { timeout: number; signal: AbortSignal | undefined },
  ): Promise<number> {
    const attempt = new Attempt();
    const send = async () => {
      await this.#link.back;
      if (options.qos === 0) return this.#send(attempt, topic, payload, options);
      await this.#slot();
      try {
        return await this.#send(attempt, topic, payload, options);
      } finally {
        const next = this.#waiting.shift();
        // The slot goes from hand to hand, so that nobody gets between.
        if (next === undefined) this.#unconfirmed--;
        else next();
      }
    };
    try {
      return await abortable(
        within(send(), limits.timeout, () => this.#late(topic, limits.timeout)),
        limits.signal,
      );
    } catch (error) {
      attempt.over = true;
      // Else the client would send it again and again, with each connection.
      if (attempt.id !== undefined) this.#link.client.removeOutgoingMessage(attempt.id);
      throw error;
    }
  }

  #send(
    attempt: Attempt,
    topic: string,
    payload: Uint8Array,
    options: IClientPublishOptions,
  ): Promise<number> {
    const { client } = this.#link;
    const limit = client.serverProperties?.maximumPacketSize;
    return new Promise<number>((resolve, reject) => {
      const done = (error?: Error) => {
        this.#twice.delete(attempt);
        const { id } = attempt;
        // From now on it may be another's.
        attempt.id = undefined;
        if (error) {
          const text = attempt.forgotten
            ? `the broker forgot the session while it took the message to "${topic}": it may or may not have arrived`
            : `cannot publish to "${topic}": ${messageOf(error)}`;
          reject(new PublishError(text, { cause: error }));
        } else {
          resolve(id !== undefined && this.#unheard.delete(id) ? NO_SUBSCRIBERS : 0);
        }
      };
      if (attempt.over) return done(new Error("given up"));
      if (limit !== undefined && payload.byteLength > limit) {
        const text = `it is too large with ${payload.byteLength} bytes: the broker takes packets of ${limit}`;
        return done(new Error(text));
      }
      if (options.qos === 2) this.#twice.add(attempt);
      client.publish(topic, Buffer.from(payload), options, done);
      const last = client.getLastMessageId();
      if (client.outgoing[last]?.cb !== done) return;
      attempt.id = last;
      this.#unheard.delete(last);
    });
  }

  /**
   * QoS 2 lives in the session. One that has got PUBREC is released by PUBREL; a broker that has forgotten the session
   * answers that, too, but has no message any more. Whether it passed it on before cannot be told, so the publish fails.
   */
  #giveUpReleases(): void {
    const { client } = this.#link;
    for (const attempt of this.#twice) {
      const { id } = attempt;
      if (id === undefined) continue;
      client.outgoingStore.get({ messageId: id } as never, (_, packet) => {
        if (packet?.cmd !== "pubrel") return;
        attempt.forgotten = true;
        client.removeOutgoingMessage(id);
      });
    }
  }

  /** The broker's receive maximum bounds what is unconfirmed [MQTT-3.3.4-7]; the client does not heed it. */
  async #slot(): Promise<void> {
    const { client, version } = this.#link;
    const most = version === 5 ? (client.serverProperties?.receiveMaximum ?? 65_535) : UNSAID;
    if (this.#unconfirmed < most) this.#unconfirmed++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #late(topic: string, timeout: number): PublishError {
    return new PublishError(
      this.#link.lost
        ? `cannot publish to "${topic}": MQTT at ${this.#link.address} has been out of reach for ${timeout} ms`
        : `the broker did not confirm the message to "${topic}" within ${timeout} ms: it may or may not have arrived`,
    );
  }
}

interface Answer {
  readonly messageId?: number;
  readonly reasonCode?: number;
  readonly sessionPresent?: boolean;
}

class Attempt {
  /** Nobody waits for it any more. */
  over = false;
  /** The broker forgot the session that it belonged to. */
  forgotten = false;
  /** Its packet id while it is unconfirmed. */
  id: number | undefined;
}
