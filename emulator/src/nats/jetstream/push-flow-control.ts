/**
 * Flow control of a push consumer: after half a window of bytes the client is asked whether it has come so far, and at a
 * whole window nothing is sent until it says so. The window grows with each answer. consumer.go: needFlowControl, processFlowControl.
 */
import type { OutletSteps } from "./consumer-outlet.ts";
import { status } from "./consumer-status.ts";
import type { Surroundings } from "./contract.ts";

const LARGEST_WINDOW = 32 * 1024 * 1024;

export class FlowControl {
  readonly #surroundings: Surroundings;
  readonly #prefix: string;
  readonly #stop: () => void;
  #window = LARGEST_WINDOW / 16;
  /** Sent and not confirmed. */
  #bytes = 0;
  /** What the answer that is waited for confirms. */
  #asked = 0;
  #questions = 0;
  #waitingFor: string | undefined;

  constructor(surroundings: Surroundings, prefix: string, steps: OutletSteps) {
    this.#surroundings = surroundings;
    this.#prefix = prefix;
    this.#stop = surroundings.subscribe(`${prefix}.*`, ({ subject }) => {
      if (subject !== this.#waitingFor) return;
      this.#window = Math.min(this.#window * 2, LARGEST_WINDOW);
      this.#bytes = Math.max(0, this.#bytes - this.#asked);
      this.#waitingFor = undefined;
      steps.wake();
    });
  }

  get isFull(): boolean {
    return this.#bytes > this.#window;
  }

  /** The subject that an answer is waited for on. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  sent(size: number, subject: string): void {
    this.#bytes += size;
    if (this.#waitingFor === undefined) {
      if (this.#bytes > this.#window / 2) this.#ask(subject);
    } else if (this.#bytes - this.#asked >= this.#window) {
      this.#asked += size;
    }
  }

  end(): void {
    this.#stop();
  }

  #ask(subject: string): void {
    this.#asked = this.#bytes;
    this.#waitingFor = `${this.#prefix}.${(++this.#questions).toString(36).padStart(4, "0")}`;
    this.#surroundings.publish(subject, {
      ...status(100, "FlowControl Request"),
      reply: this.#waitingFor,
    });
  }
}
