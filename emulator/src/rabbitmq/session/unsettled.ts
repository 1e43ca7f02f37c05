/** What a channel was given and has not settled, by delivery tag. */
import type { Delivery } from "../model/contract.ts";
import { type AmqpError, channelError } from "../model/errors.ts";

/** How a delivery is settled, in the words of a queue. */
export type Settlement = "acknowledge" | "requeue" | "reject";

export interface Held {
  readonly tag: number;
  readonly delivery: Delivery;
}

export class Unsettled {
  /** In the order of the tags. */
  #deliveries = new Map<number, Delivery>();

  get size(): number {
    return this.#deliveries.size;
  }

  /** The lowest tag, undefined where nothing is held. */
  get oldest(): number | undefined {
    return this.#deliveries.keys().next().value;
  }

  hold(tag: number, delivery: Delivery): void {
    this.#deliveries.set(tag, delivery);
  }

  get(tag: number): Delivery | undefined {
    return this.#deliveries.get(tag);
  }

  /** Takes out what an acknowledgement is for; with `multiple` all up to it, and 0 for all there is. @throws {AmqpError} */
  take(tag: number, multiple: boolean): Held[] {
    if (multiple && tag === 0) return this.takeAll();
    const delivery = this.#deliveries.get(tag);
    if (delivery === undefined) throw unknownTag(tag);
    if (!multiple) {
      this.#deliveries.delete(tag);
      return [{ tag, delivery }];
    }
    const taken: Held[] = [];
    for (const [each, held] of this.#deliveries) {
      if (each > tag) break;
      taken.push({ tag: each, delivery: held });
      this.#deliveries.delete(each);
    }
    return taken;
  }

  takeAll(): Held[] {
    const all = [...this.#deliveries].map(([tag, delivery]) => ({ tag, delivery }));
    this.#deliveries.clear();
    return all;
  }

  /** What a transaction has settled and not committed is held again. */
  putBack(held: readonly Held[]): void {
    if (held.length === 0) return;
    const all = [...this.takeAll(), ...held].toSorted((a, b) => a.tag - b.tag);
    this.#deliveries = new Map(all.map(({ tag, delivery }) => [tag, delivery]));
  }
}

export function unknownTag(tag: number): AmqpError {
  return channelError(406, `unknown delivery tag ${tag}`);
}
