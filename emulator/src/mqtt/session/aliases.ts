/** Topic aliases of one client's connection: numbers that it gives to topics. MQTT 5 §3.3.2.3.4 */
import { MalformedError, protocolError } from "../wire/frames.ts";
import type { PublishPacket } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";

export class Aliases {
  readonly #topics = new Map<number, string>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * The packet with its topic.
   * @throws {MalformedError} for an alias that is too high, or stands for nothing.
   */
  resolve(packet: PublishPacket): PublishPacket {
    const { topicAlias } = packet.properties;
    if (topicAlias === undefined) return packet;
    if (topicAlias > this.#maximum)
      throw new MalformedError("topic alias above the maximum", reasons.topicAliasInvalid);
    if (packet.topic !== "") {
      this.#topics.set(topicAlias, packet.topic);
      return packet;
    }
    const topic = this.#topics.get(topicAlias);
    if (topic === undefined) throw protocolError("topic alias that stands for nothing");
    return { ...packet, topic };
  }
}
