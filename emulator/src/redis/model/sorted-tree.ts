/**
 * Items in an order, in a B+ tree whose nodes know how many are below them: to insert, to delete and to find a rank take
 * a few steps each, whatever its size. A node that becomes empty goes; others are not merged, as no step gets longer by it.
 */
const WIDTH = 64;

interface Node<Item> {
  /** Not greater than any item here, greater than every one in the nodes before. Of the first node it says nothing. */
  readonly low: Item | null;
  /** Of a leaf. */
  readonly items: Item[];
  /** Of what is no leaf. */
  readonly children: Node<Item>[] | null;
  count: number;
}

export class SortedTree<Item> {
  readonly #compare: (one: Item, other: Item) => number;
  #root: Node<Item> = leaf<Item>(null, []);

  /** Items that compare as 0 are the same. They must not change while they are in the tree, nor after. */
  constructor(compare: (one: Item, other: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#root.count;
  }

  insert(item: Item): void {
    const sibling = this.#insert(this.#root, item);
    if (sibling !== null) this.#root = inner(null, [this.#root, sibling]);
  }

  delete(item: Item): void {
    this.#delete(this.#root, item);
    while (this.#root.children !== null) {
      const [only, second] = this.#root.children;
      if (second !== undefined) break;
      this.#root = only ?? leaf<Item>(null, []);
    }
  }

  /** How many items come first of which this is true: of all up to some place, and of none behind. */
  countWhile(isTrue: (item: Item) => boolean): number {
    let count = 0;
    let node = this.#root;
    while (node.children !== null) {
      const { children } = node;
      const index = lastOf(children, ({ low }) => low !== null && isTrue(low));
      for (let before = 0; before < index; before++) count += children[before]?.count ?? 0;
      const child = children[index];
      if (child === undefined) return count;
      node = child;
    }
    return count + firstOf(node.items, (item) => !isTrue(item));
  }

  /** The items from one rank to before another. */
  slice(from: number, to: number): Item[] {
    const found: Item[] = [];
    collect(this.#root, from, to, found);
    return found;
  }

  /** Returns what was split off, which comes behind. */
  #insert(node: Node<Item>, item: Item): Node<Item> | null {
    node.count++;
    if (node.children === null) {
      node.items.splice(this.#placeIn(node.items, item), 0, item);
      if (node.items.length <= WIDTH) return null;
      const items = node.items.splice(WIDTH / 2);
      node.count = node.items.length;
      return leaf(items[0] ?? null, items);
    }
    const index = this.#childFor(node.children, item);
    const child = node.children[index];
    const split = child === undefined ? null : this.#insert(child, item);
    if (split === null) return null;
    node.children.splice(index + 1, 0, split);
    if (node.children.length <= WIDTH) return null;
    const children = node.children.splice(WIDTH / 2);
    const sibling = inner(children[0]?.low ?? null, children);
    node.count -= sibling.count;
    return sibling;
  }

  #delete(node: Node<Item>, item: Item): boolean {
    if (node.children === null) {
      const place = this.#placeIn(node.items, item);
      const found = node.items[place];
      if (found === undefined || this.#compare(found, item) !== 0) return false;
      node.items.splice(place, 1);
    } else {
      const index = this.#childFor(node.children, item);
      const child = node.children[index];
      if (child === undefined || !this.#delete(child, item)) return false;
      if (child.count === 0) node.children.splice(index, 1);
    }
    node.count--;
    return true;
  }

  #placeIn(items: readonly Item[], item: Item): number {
    return firstOf(items, (each) => this.#compare(each, item) >= 0);
  }

  #childFor(children: readonly Node<Item>[], item: Item): number {
    return lastOf(children, ({ low }) => low !== null && this.#compare(low, item) <= 0);
  }
}

function leaf<Item>(low: Item | null, items: Item[]): Node<Item> {
  return { low, items, children: null, count: items.length };
}

function inner<Item>(low: Item | null, children: Node<Item>[]): Node<Item> {
  let count = 0;
  for (const child of children) count += child.count;
  return { low, items: [], children, count };
}

function collect<Item>(node: Node<Item>, from: number, to: number, found: Item[]): void {
  if (from <= 0 && to >= node.count && node.children === null) {
    for (const item of node.items) found.push(item);
    return;
  }
  if (node.children === null) {
    for (const item of node.items.slice(Math.max(0, from), Math.max(0, to))) found.push(item);
    return;
  }
  let passed = 0;
  for (const child of node.children) {
    if (passed >= to) return;
    if (passed + child.count > from) collect(child, from - passed, to - passed, found);
    passed += child.count;
  }
}

/** The first place of which this is true, as of all behind it; the length where of none. */
function firstOf<Item>(items: readonly Item[], isTrue: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && isTrue(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The last place of which this is true, as of all before it but the first, which is not asked. */
function lastOf<Item>(items: readonly Item[], isTrue: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const item = items[middle];
    if (item !== undefined && isTrue(item)) low = middle;
    else high = middle - 1;
  }
  return low;
}
