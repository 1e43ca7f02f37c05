/** Whether a subscriber gets on: what is with its handler, and when something last ended. */
export class Activity {
  /** How many messages are with the handler. */
  handling = 0;
  /** When a message last ended, or the first came to an idle handler; ms. */
  #since = 0;

  begin(): void {
    if (this.handling++ === 0) this.#since = performance.now();
  }

  end(): void {
    this.handling--;
    this.#since = performance.now();
  }

  /** What is wrong when messages are with the handler and none has ended for `stalledAfter` ms. */
  problem(stalledAfter: number): string | undefined {
    if (this.handling === 0) return undefined;
    const quiet = performance.now() - this.#since;
    if (quiet < stalledAfter) return undefined;
    return `no progress for ${Math.round(quiet / 1000)} s with ${this.handling} ${this.handling === 1 ? "message" : "messages"} at the handler`;
  }
}
