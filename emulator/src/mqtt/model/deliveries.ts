/**
 * Which message a packet on its way out carries. MQTT numbers packets for each connection, aedes messages for itself:
 * aedes tells what it forwards to a client just before it writes the packet, and the two are matched here.
 */

/** A message that aedes is about to write to one client. */
export interface Forward {
  readonly message: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** How many forwards are remembered for a client whose packets do not come. */
const MAX_EXPECTED = 10_000;

/** One connection's forwards that were not seen as packets yet. */
export class Expected {
  readonly #forwards: Forward[] = [];

  add(forward: Forward): void {
    this.#forwards.push(forward);
    if (this.#forwards.length > MAX_EXPECTED) this.#forwards.shift();
  }

  /** Takes the oldest forward with this topic and payload: aedes writes QoS 0 and QoS 1 in an order of its own. */
  take(topic: string, payload: Uint8Array): number | undefined {
    const index = this.#forwards.findIndex(
      (forward) => forward.topic === topic && Buffer.compare(forward.payload, payload) === 0,
    );
    return index < 0 ? undefined : this.#forwards.splice(index, 1)[0]?.message;
  }
}
