/**
 * Numbers instead of topic names on one connection (MQTT 5, 3.3.2.3.4), those used least recently given anew.
 *
 * mqtt.js has an option for it, but then writes the number into the packet it keeps, too: sent again on the connection
 * after the next, the broker does not know it and ends the connection.
 */
export class TopicAliases {
  /** In the order of use. */
  readonly #numbers = new Map<string, number>();
  #most = 0;

  /** A connection begins: it knows none yet, and takes so many. */
  begin(most: number): void {
    this.#numbers.clear();
    this.#most = most;
  }

  /** How to send a message to this topic: its alias, and an empty topic where the broker knows the alias. */
  of(topic: string): { readonly topic: string; readonly topicAlias?: number } {
    if (this.#most === 0) return { topic };
    const known = this.#numbers.get(topic);
    this.#numbers.delete(topic);
    const topicAlias = known ?? this.#free();
    this.#numbers.set(topic, topicAlias);
    return { topic: known === undefined ? topic : "", topicAlias };
  }

  #free(): number {
    if (this.#numbers.size < this.#most) return this.#numbers.size + 1;
    const [topic, number] = this.#numbers.entries().next().value as [string, number];
    this.#numbers.delete(topic);
    return number;
  }
}
