/** The order in which messages flow through the cards: what the layout draws from left to right. */

export interface Flow {
  readonly from: string;
  readonly to: string;
}

/**
 * Each card after those that send to it. In a circle somebody has to be first: the card that is reached from outside of it,
 * else the one that sends more than it receives; what leads back to it is then against the flow.
 */
export function inFlowOrder(cards: readonly string[], flows: readonly Flow[]): readonly string[] {
  const senders = new Map(cards.map((card) => [card, new Set<string>()]));
  const receivers = new Map(cards.map((card) => [card, new Set<string>()]));
  for (const { from, to } of flows) {
    if (from === to) continue;
    senders.get(to)?.add(from);
    receivers.get(from)?.add(to);
  }
  const placed = new Set<string>();
  const waiting = (card: string) =>
    [...(senders.get(card) ?? [])].filter((sender) => !placed.has(sender)).length;
  const ready = cards.filter((card) => waiting(card) === 0);

  const place = (card: string): void => {
    placed.add(card);
    for (const next of receivers.get(card) ?? [])
      if (!placed.has(next) && !ready.includes(next) && waiting(next) === 0) ready.push(next);
  };
  while (placed.size < senders.size) {
    const next = ready.shift() ?? firstOfCircle();
    if (!placed.has(next)) place(next);
  }
  return [...placed];

  function firstOfCircle(): string {
    const left = cards.filter((card) => !placed.has(card));
    const reached = left.filter((card) => waiting(card) < (senders.get(card)?.size ?? 0));
    const gives = (card: string) => (receivers.get(card)?.size ?? 0) - waiting(card);
    const candidates = reached.length > 0 ? reached : left;
    return candidates.reduce((best, card) => (gives(card) > gives(best) ? card : best));
  }
}
