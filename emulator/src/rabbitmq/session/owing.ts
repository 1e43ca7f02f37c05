/** Who has to be told what was taken: once for all that has come in one piece. */
import type { Channel } from "./channel.ts";

export class Owing {
  readonly #channels = new Set<Channel>();
  #reading = false;

  /** Does what has come; then everybody is told. */
  during(action: () => void): void {
    this.#reading = true;
    try {
      action();
    } finally {
      this.#reading = false;
      this.settle();
    }
  }

  add(channel: Channel): void {
    if (this.#reading) this.#channels.add(channel);
    else channel.flushConfirms();
  }

  settle(): void {
    if (this.#channels.size === 0) return;
    for (const channel of this.#channels) channel.flushConfirms();
    this.#channels.clear();
  }
}
