/**
 * The members of a collection in an array without gaps, in no order that means anything: one is picked by chance at once,
 * and all are scanned piece by piece while others come and go.
 */
export interface Rostered {
  /** Kept by the roster. */
  place: number;
}

export class Roster<Member extends Rostered> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: Member): void {
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** The last one takes the place that becomes free. */
  remove({ place }: Member): void {
    const last = this.#members.pop();
    if (last === undefined || last.place === place) return;
    last.place = place;
    this.#members[place] = last;
  }

  replace(old: Member, by: Member): void {
    by.place = old.place;
    this.#members[old.place] = by;
  }

  /** One by chance. */
  pick(): Member | undefined {
    return this.#members[Math.floor(Math.random() * this.#members.length)];
  }

  /** As many different ones by chance, or all. */
  sample(count: number): Member[] {
    if (count >= this.size) return [...this.#members];
    if (count * 3 > this.size) return shuffled(this.#members, count);
    const picked = new Set<Member>();
    while (picked.size < count) {
      const one = this.pick();
      if (one !== undefined) picked.add(one);
    }
    return [...picked];
  }

  /**
   * The next `count` members, and where to go on; 0 begins, and 0 ends. It goes from the end to the beginning, as members
   * only ever move that way: who is there all the time is met, perhaps twice.
   */
  scan(cursor: number, count: number): { readonly cursor: number; readonly members: Member[] } {
    const end = cursor === 0 ? this.size : Math.min(cursor, this.size);
    const start = Math.max(0, end - count);
    return { cursor: start, members: this.#members.slice(start, end).reverse() };
  }
}

/** The first `count` of what a shuffle gives. */
function shuffled<Item>(items: readonly Item[], count: number): Item[] {
  const pool = [...items];
  const picked: Item[] = [];
  while (picked.length < count) {
    const index = Math.floor(Math.random() * pool.length);
    const last = pool.pop();
    const one = pool[index] ?? last;
    if (one === undefined || last === undefined) break;
    if (index < pool.length) pool[index] = last;
    picked.push(one);
  }
  return picked;
}
