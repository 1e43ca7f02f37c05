/**
 * Requests over MQTT 5: a topic of our own for the answers, told apart by correlation data (4.10). Services of other
 * makes (FastStream) take that for the correlation id, so it is the chain's where no other request is out under it.
 */
import { randomUUID } from "node:crypto";
import { abortable, within } from "../abortable.ts";
import { RequestError } from "../errors.ts";
import { RequestIds } from "../request-ids.ts";
import type { MqttPacket } from "./driver.ts";
import type { Link } from "./link.ts";
import type { Properties } from "./message.ts";

export class Requests {
  readonly #link: Link;
  readonly #prefix: string;
  readonly #waiting = new Map<string, (packet: MqttPacket) => void>();
  readonly #ids = new RequestIds();
  #topic: Promise<string> | undefined;

  constructor(link: Link, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  /**
   * `send` is given the properties that ask for an answer; resolves with the answer. `chain`: the correlation id.
   * @throws {RequestError} where none comes within `timeout` ms; the signal's reason.
   */
  async ask(
    address: string,
    given: { timeout: number; signal: AbortSignal | undefined; chain: string | undefined },
    send: (properties: Properties) => Promise<void>,
  ): Promise<MqttPacket> {
    const { timeout, signal, chain } = given;
    signal?.throwIfAborted();
    const correlation = this.#ids.take(chain);
    const asked = async () => {
      const answer = new Promise<MqttPacket>((resolve) => this.#waiting.set(correlation, resolve));
      const responseTopic = await this.#answers();
      await send({ responseTopic, correlationData: Buffer.from(correlation) });
      return answer;
    };
    const late = () =>
      new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`);
    try {
      return await abortable(within(asked(), timeout, late), signal);
    } finally {
      this.#ids.release(correlation, !this.#waiting.delete(correlation));
    }
  }

  /** Subscribes to the topic of our answers, once. */
  #answers(): Promise<string> {
    this.#topic ??= this.#listen().catch((error: unknown) => {
      this.#topic = undefined;
      throw error;
    });
    return this.#topic;
  }

  async #listen(): Promise<string> {
    const topic = `${this.#prefix}/${randomUUID()}`;
    this.#link.client.on("message", (from, _payload, packet) => {
      if (from !== topic) return;
      const correlation = packet.properties?.correlationData?.toString() ?? "";
      const answer = this.#waiting.get(correlation);
      this.#waiting.delete(correlation);
      answer?.(packet);
    });
    await this.#link.subscribe(topic, { qos: 1 });
    return topic;
  }
}
