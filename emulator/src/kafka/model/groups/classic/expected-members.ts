/** Members that were told their ids and are expected to join with them (KIP-394). */
import { alarm, type GroupHost } from "../host.ts";

/** Whoever asks for an id is remembered for as long as it says. */
const MAX_EXPECTED = 10_000;

export class ExpectedMembers {
  readonly #host: GroupHost;
  readonly #onGivenUp: () => void;
  readonly #alarms = new Map<string, () => void>();

  constructor(host: GroupHost, onGivenUp: () => void) {
    this.#host = host;
    this.#onGivenUp = onGivenUp;
  }

  get size(): number {
    return this.#alarms.size;
  }

  get isFull(): boolean {
    return this.size >= MAX_EXPECTED;
  }

  has(memberId: string): boolean {
    return this.#alarms.has(memberId);
  }

  add(memberId: string, sessionTimeout: number): void {
    const giveUp = () => {
      this.#alarms.delete(memberId);
      this.#onGivenUp();
    };
    this.#alarms.set(memberId, giveUp);
    alarm(this.#host, sessionTimeout, giveUp);
  }

  delete(memberId: string): boolean {
    const giveUp = this.#alarms.get(memberId);
    if (giveUp !== undefined) this.#host.alarms.delete(giveUp);
    return this.#alarms.delete(memberId);
  }

  clear(): void {
    for (const memberId of this.#alarms.keys()) this.delete(memberId);
  }
}
