/**
 * Which messages are on which subject: a tree of tokens, in whose nodes the sequence numbers stand, ascending. One message
 * on a subject costs a node with one number in it.
 */

/** The messages of one subject. */
export class SubjectMessages {
  /** "" where no message has exactly this subject. */
  subject = "";
  children: Map<string, SubjectMessages> | undefined;
  #seqs: number | number[] = 0;
  /** The first in the array that is still there: cutting the front is what limits do most. */
  #start = 0;

  get count(): number {
    if (typeof this.#seqs === "number") return this.#seqs === 0 ? 0 : 1;
    return this.#seqs.length - this.#start;
  }

  get first(): number {
    return typeof this.#seqs === "number" ? this.#seqs : (this.#seqs[this.#start] ?? 0);
  }

  get last(): number {
    if (typeof this.#seqs === "number") return this.#seqs;
    return this.count === 0 ? 0 : (this.#seqs.at(-1) ?? 0);
  }

  /** `seq` is above all others. */
  push(seq: number): void {
    if (typeof this.#seqs !== "number") this.#seqs.push(seq);
    else this.#seqs = this.#seqs === 0 ? seq : [this.#seqs, seq];
  }

  remove(seq: number): void {
    if (typeof this.#seqs === "number") {
      if (this.#seqs === seq) this.#seqs = 0;
      return;
    }
    if (this.#seqs[this.#start] === seq) this.#start++;
    else {
      const place = this.#placeOf(seq);
      if (this.#seqs[place] === seq) this.#seqs.splice(place, 1);
    }
    if (this.#start > 32 && this.#start * 2 > this.#seqs.length) {
      this.#seqs = this.#seqs.slice(this.#start);
      this.#start = 0;
    }
  }

  /** The first from `seq` on; 0 where there is none. */
  from(seq: number): number {
    if (typeof this.#seqs === "number") return this.#seqs >= seq ? this.#seqs : 0;
    return this.#seqs[this.#placeOf(seq)] ?? 0;
  }

  /** The last up to and with `seq`; 0 where there is none. */
  upTo(seq: number): number {
    if (typeof this.#seqs === "number") return this.#seqs <= seq ? this.#seqs : 0;
    const place = this.#placeOf(seq + 1) - 1;
    return place < this.#start ? 0 : (this.#seqs[place] ?? 0);
  }

  countFrom(seq: number): number {
    if (typeof this.#seqs === "number") return this.#seqs !== 0 && this.#seqs >= seq ? 1 : 0;
    return this.#seqs.length - this.#placeOf(seq);
  }

  /** Where the first number from `seq` on is in the array. */
  #placeOf(seq: number): number {
    if (typeof this.#seqs === "number") return 0;
    let low = this.#start;
    let high = this.#seqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#seqs[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class SubjectIndex {
  readonly #root = new SubjectMessages();
  /** How many subjects have messages. */
  size = 0;

  /** Notes a message, and gives its subject as the string that is kept for all of them. */
  add(subject: string, seq: number): string {
    let node = this.#root;
    for (const token of subject.split(".")) {
      node.children ??= new Map();
      let next = node.children.get(token);
      if (next === undefined) node.children.set(token, (next = new SubjectMessages()));
      node = next;
    }
    if (node.count === 0) {
      node.subject = subject;
      this.size++;
    }
    node.push(seq);
    return node.subject;
  }

  remove(subject: string, seq: number): void {
    const tokens = subject.split(".");
    const path = [this.#root];
    for (const token of tokens) {
      const next = path.at(-1)?.children?.get(token);
      if (next === undefined) return;
      path.push(next);
    }
    const node = path.at(-1);
    if (node === undefined || node.count === 0) return;
    node.remove(seq);
    if (node.count > 0) return;
    this.size--;
    node.subject = "";
    // Branches without messages are cut.
    for (let depth = tokens.length; depth > 0; depth--) {
      const child = path[depth];
      if (child === undefined || child.count > 0 || (child.children?.size ?? 0) > 0) break;
      path[depth - 1]?.children?.delete(tokens[depth - 1] ?? "");
    }
  }

  /** The messages of one subject. */
  get(subject: string): SubjectMessages | undefined {
    let node: SubjectMessages | undefined = this.#root;
    for (const token of subject.split(".")) {
      node = node.children?.get(token);
      if (node === undefined) return undefined;
    }
    return node.count > 0 ? node : undefined;
  }

  /** The subjects that match one of the filters, each once; all where there are none. */
  matching(filters: readonly string[]): Iterable<SubjectMessages> {
    if (filters.length === 0) return walk(this.#root, [">"], 0);
    const [only = ""] = filters;
    if (filters.length === 1) return walk(this.#root, only.split("."), 0);
    const found = new Set<SubjectMessages>();
    for (const filter of filters)
      for (const node of walk(this.#root, filter.split("."), 0)) found.add(node);
    return found;
  }
}

function* walk(
  node: SubjectMessages,
  tokens: readonly string[],
  depth: number,
): Generator<SubjectMessages> {
  const token = tokens[depth];
  if (token === undefined) {
    if (node.count > 0) yield node;
  } else if (token === ">") {
    for (const child of node.children?.values() ?? []) yield* all(child);
  } else if (token === "*") {
    for (const child of node.children?.values() ?? []) yield* walk(child, tokens, depth + 1);
  } else {
    const child = node.children?.get(token);
    if (child !== undefined) yield* walk(child, tokens, depth + 1);
  }
}

function* all(node: SubjectMessages): Generator<SubjectMessages> {
  if (node.count > 0) yield node;
  if (node.children === undefined) return;
  for (const child of node.children.values()) yield* all(child);
}
