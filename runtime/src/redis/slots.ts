/** How many messages may be with the handler, and who waits for one to end. */
export class Slots {
  readonly #limit: number;
  #taken = 0;
  #wake: () => void = () => {};
  #changed = this.#next();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get room(): number {
    return this.#limit - this.#taken;
  }

  take(): void {
    this.#taken++;
  }

  free(): void {
    this.#taken--;
    this.touch();
  }

  /** Something else has changed that somebody may wait for. */
  touch(): void {
    const wake = this.#wake;
    this.#changed = this.#next();
    wake();
  }

  /** Resolves when the condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#changed;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}
