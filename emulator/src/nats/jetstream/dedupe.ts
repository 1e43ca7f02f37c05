/** The message ids of the last while: what comes again within it is a duplicate. https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication */

export class Dedupe {
  /** In order of their time. */
  readonly #ids = new Map<string, { readonly seq: number; readonly time: number }>();
  /** ms; 0: nothing is remembered. */
  #window: number;

  constructor(window: number) {
    this.#window = window;
  }

  setWindow(window: number): void {
    this.#window = window;
  }

  /** The sequence number that a message with this id got, within the window. */
  find(id: string, now: number): number | undefined {
    this.#forget(now);
    return this.#ids.get(id)?.seq;
  }

  remember(id: string, seq: number, time: number): void {
    if (this.#window === 0) return;
    this.#ids.delete(id);
    this.#ids.set(id, { seq, time });
    this.#forget(time);
  }

  #forget(now: number): void {
    for (const [id, { time }] of this.#ids) {
      if (now - time < this.#window) return;
      this.#ids.delete(id);
    }
  }
}
