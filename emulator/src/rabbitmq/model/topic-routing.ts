/** Topic: words between dots; in a binding's key `*` stands for one word and `#` for any number of them. */
import type { Binding, Message } from "./contract.ts";
import type { Routing } from "./routing.ts";

interface Node {
  readonly id: number;
  readonly word: string;
  readonly parent: Node | null;
  readonly children: Map<string, Node>;
  readonly bindings: Set<Binding>;
}

export class TopicRouting implements Routing {
  readonly byKey = true;
  readonly #root: Node = node(0, "", null);
  #nodes = 1;

  add(binding: Binding): void {
    let at = this.#root;
    for (const word of wordsOf(binding.routingKey)) {
      let next = at.children.get(word);
      if (next === undefined) {
        next = node(this.#nodes++, word, at);
        at.children.set(word, next);
      }
      at = next;
    }
    at.bindings.add(binding);
  }

  remove(binding: Binding): void {
    let at: Node | null = this.#root;
    for (const word of wordsOf(binding.routingKey)) at = at?.children.get(word) ?? null;
    at?.bindings.delete(binding);
    while (at !== null && at.bindings.size === 0 && at.children.size === 0) {
      at.parent?.children.delete(at.word);
      at = at.parent;
    }
  }

  match(_: Message, keys: readonly string[], found: (binding: Binding) => void): void {
    for (const key of keys) descend(this.#root, wordsOf(key), 0, found, new Set());
  }
}

function node(id: number, word: string, parent: Node | null): Node {
  return { id, word, parent, children: new Map(), bindings: new Set() };
}

/** An empty key has no word; a dot alone has two empty ones. */
function wordsOf(key: string): readonly string[] {
  return key === "" ? [] : key.split(".");
}

/** A routing key has 255 bytes, and fewer words than these. */
const MOST_WORDS = 512;

/** `seen`: from which word on a node behind a `#` was looked at; keys with many of them would take for ever without. */
function descend(
  at: Node,
  words: readonly string[],
  from: number,
  found: (binding: Binding) => void,
  seen: Set<number>,
): void {
  const any = at.children.get("#");
  if (any !== undefined)
    for (let next = from; next <= words.length; next++) {
      const place = any.id * MOST_WORDS + next;
      if (seen.has(place)) break;
      seen.add(place);
      descend(any, words, next, found, seen);
    }
  const word = words[from];
  if (word === undefined) {
    for (const binding of at.bindings) found(binding);
    return;
  }
  // In a message's key * and # are words like others.
  const same = at.children.get(word);
  if (same !== undefined) descend(same, words, from + 1, found, seen);
  const one = at.children.get("*");
  if (one !== undefined && one !== same) descend(one, words, from + 1, found, seen);
}
