/** Publishes over a link: as many unconfirmed at once as the broker takes, in order, each until it is confirmed. */
import { abortable, within } from "../abortable.ts";
import { messageOf, PublishError } from "../errors.ts";
import { TopicAliases } from "./aliases.ts";
import type { IClientPublishOptions } from "./driver.ts";
import type { Link } from "./link.ts";
import type { Properties } from "./message.ts";
import type { Qos } from "./options.ts";
import { packetSize } from "./packet-size.ts";
import { codeOf, NO_SUBSCRIBERS, publishRefused } from "./reasons.ts";

/** 3.1.1 has no receive maximum to tell, but mosquitto (2.0) has one of 20: it confirms QoS 2 messages beyond it and drops them. */
const UNSAID = 20;

/** What is to be published. */
export interface Letter {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** MQTT 5 only. */
  readonly properties?: Properties;
}

export class Outbox {
  readonly #link: Link;
  readonly #aliases: TopicAliases | undefined;
  readonly #waiting: (() => void)[] = [];
  /** Packet ids of publishes that the broker says nobody receives. */
  readonly #unheard = new Set<number>();
  /** QoS 2 publishes under way. */
  readonly #twice = new Set<Attempt>();
  #unconfirmed = 0;

  constructor(link: Link, { topicAliases = false }: { topicAliases?: boolean } = {}) {
    this.#link = link;
    this.#aliases = topicAliases ? new TopicAliases() : undefined;
    this.#aliases?.begin(link.client.serverProperties?.topicAliasMaximum ?? 0);
    link.client.on("packetreceive", (packet) => {
      const { messageId, reasonCode, sessionPresent, properties } = packet as Answer;
      // The client hands over the reason only where it is an error.
      if ((packet.cmd === "puback" || packet.cmd === "pubrec") && reasonCode === NO_SUBSCRIBERS) {
        this.#unheard.add(messageId ?? 0);
      }
      if (packet.cmd !== "connack") return;
      this.#aliases?.begin(properties?.topicAliasMaximum ?? 0);
      if (!sessionPresent) this.#giveUpReleases();
    });
  }

  /**
   * Resolves when the broker has confirmed, for QoS 0 when the message was written; with {@link NO_SUBSCRIBERS} where
   * the broker says so, else 0. A lost connection is waited for, all within `timeout`; what was given up is not sent later.
   */
  async publish(
    letter: Letter,
    { timeout, signal }: { timeout: number; signal: AbortSignal | undefined },
  ): Promise<number> {
    const attempt = new Attempt();
    const send = async () => {
      await this.#link.back;
      if (letter.qos === 0) return this.#send(attempt, letter);
      await this.#slot();
      try {
        // It may have been lost again meanwhile.
        await this.#link.back;
        return await this.#send(attempt, letter);
      } finally {
        const next = this.#waiting.shift();
        // The slot goes from hand to hand, so that nobody gets between.
        if (next === undefined) this.#unconfirmed--;
        else next();
      }
    };
    try {
      return await abortable(
        within(send(), timeout, () => this.#late(letter.topic, timeout)),
        signal,
      );
    } catch (error) {
      attempt.over = true;
      // Else the client would send it again and again, with each connection.
      if (attempt.id !== undefined) this.#link.client.removeOutgoingMessage(attempt.id);
      throw error;
    }
  }

  #send(attempt: Attempt, letter: Letter): Promise<number> {
    const { client } = this.#link;
    return new Promise<number>((resolve, reject) => {
      const done = (error?: Error, answer?: object) => {
        this.#twice.delete(attempt);
        const { id } = attempt;
        // From now on it may be another's.
        attempt.id = undefined;
        if (error) reject(this.#failure(attempt, letter, error, answer as Answer | undefined));
        else resolve(id !== undefined && this.#unheard.delete(id) ? NO_SUBSCRIBERS : 0);
      };
      if (attempt.over) return done(new Error("given up"));
      const properties = stillToGo(letter.properties, attempt.since);
      const problem =
        properties === "expired"
          ? `its expiry of ${letter.properties?.messageExpiryInterval} s was over before it could be sent`
          : this.#problem(letter);
      if (problem !== undefined) return done(new Error(problem));
      if (letter.qos === 2) this.#twice.add(attempt);
      const [topic, options] = this.#packet(letter, properties as Properties | undefined);
      client.publish(topic, Buffer.from(letter.payload), options, done);
      const last = client.getLastMessageId();
      if (client.outgoing[last]?.cb !== done) return;
      attempt.id = last;
      this.#unheard.delete(last);
    });
  }

  #packet(
    { topic, qos, retain }: Letter,
    properties: Properties | undefined,
  ): [topic: string, options: IClientPublishOptions] {
    if (properties === undefined) return [topic, { qos, retain }];
    const short = this.#aliases?.of(topic) ?? { topic };
    const alias = short.topicAlias === undefined ? {} : { topicAlias: short.topicAlias };
    return [short.topic, { qos, retain, properties: { ...properties, ...alias } }];
  }

  /** What the broker said when it took the connection (MQTT 5, 3.2.2.3): it would end it over a message that it does not take. */
  #problem({ topic, payload, qos, retain, properties }: Letter): string | undefined {
    const { maximumPacketSize, maximumQoS, retainAvailable } =
      this.#link.client.serverProperties ?? {};
    if (maximumPacketSize !== undefined && properties !== undefined) {
      const size =
        packetSize(topic, payload, qos, properties) + (this.#aliases === undefined ? 0 : 3);
      if (size > maximumPacketSize)
        return `it is too large: a packet of ${size} bytes, and the broker takes ${maximumPacketSize}`;
    }
    if (maximumQoS !== undefined && qos > maximumQoS)
      return `the broker takes no QoS ${qos}: lower qos to ${maximumQoS}`;
    // The client reads the byte as it is.
    if (retain && retainAvailable !== undefined && !retainAvailable)
      return "the broker keeps no messages: leave retain out";
    return undefined;
  }

  #failure(
    attempt: Attempt,
    { topic }: Letter,
    cause: Error,
    answer: Answer | undefined,
  ): PublishError {
    if (attempt.forgotten)
      return new PublishError(
        `the broker forgot the session while it took the message to "${topic}": it may or may not have arrived`,
        { cause },
      );
    if (this.#link.ended)
      return new PublishError(
        `the app stopped before the broker had confirmed the message to "${topic}": it may or may not have arrived`,
        { cause },
      );
    const code = codeOf(cause);
    const why =
      code === undefined
        ? messageOf(cause)
        : publishRefused(code, cause, answer?.properties?.reasonString);
    return new PublishError(`cannot publish to "${topic}": ${why}`, { cause });
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

/** The properties after a wait: the broker counts from when it gets the message. */
function stillToGo(
  properties: Properties | undefined,
  since: number,
): Properties | undefined | "expired" {
  const expiry = properties?.messageExpiryInterval;
  if (expiry === undefined) return properties;
  const left = Math.ceil(expiry - (performance.now() - since) / 1000);
  return left < 1 ? "expired" : { ...properties, messageExpiryInterval: left };
}

interface Answer {
  readonly messageId?: number;
  readonly reasonCode?: number;
  readonly sessionPresent?: boolean;
  readonly properties?: { readonly topicAliasMaximum?: number; readonly reasonString?: string };
}

class Attempt {
  readonly since: number = performance.now();
  /** Nobody waits for it any more. */
  over = false;
  /** The broker forgot the session that it belonged to. */
  forgotten = false;
  /** Its packet id while it is unconfirmed. */
  id: number | undefined;
}
