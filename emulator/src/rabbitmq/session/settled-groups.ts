/** RabbitMQ tells queues what was settled apart for each consumer: by queue, of one first each basic.get, then by consumer tag. */
import type { Consumer, Delivery, Queue } from "../model/contract.ts";
import type { Held } from "./unsettled.ts";

/** What one consumer of one queue had, or what one basic.get has got. */
export interface SettledGroup {
  readonly queue: Queue;
  readonly consumer: Consumer | null;
  readonly deliveries: readonly Delivery[];
}

/** `held` in the order of the tags. */
export function groupsOf(held: readonly Held[]): readonly SettledGroup[] {
  const [only] = held;
  // Nearly always.
  if (only !== undefined && held.length === 1) return [group([only.delivery], only)];
  const groups = new Map<Consumer | Delivery, { first: Held; deliveries: Delivery[] }>();
  for (const each of held) {
    const { delivery } = each;
    const same = groups.get(delivery.consumer ?? delivery);
    if (same !== undefined) same.deliveries.push(delivery);
    else groups.set(delivery.consumer ?? delivery, { first: each, deliveries: [delivery] });
  }
  const found = [...groups.values()];
  if (found.length > 1) found.sort((a, b) => compared(a.first, b.first));
  return found.map(({ first, deliveries }) => group(deliveries, first));
}

function group(deliveries: readonly Delivery[], { delivery }: Held): SettledGroup {
  return { queue: delivery.queue, consumer: delivery.consumer, deliveries };
}

function compared(one: Held, other: Held): number {
  const [a, b] = [one.delivery, other.delivery];
  if (a.queue.name !== b.queue.name) return a.queue.name < b.queue.name ? -1 : 1;
  if (a.consumer === null || b.consumer === null)
    return Number(a.consumer !== null) - Number(b.consumer !== null) || one.tag - other.tag;
  return a.consumer.tag < b.consumer.tag ? -1 : 1;
}
