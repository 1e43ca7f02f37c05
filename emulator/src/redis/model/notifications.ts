/** Keyspace events, published to channels of their own. https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/ */
import type { Bytes } from "../values.ts";
import type { Keyspace } from "./keyspace.ts";

/** The classes that `A` stands for, in the server's order. */
const ALL = "g$lshzxetd".split("");
/** What can be said, in the order in which CONFIG GET says it. */
const ORDER = [...ALL, "n", "K", "E", "m"];

/** The classes of notify-keyspace-events as CONFIG GET says them; null for letters that mean nothing. */
export function notifiedClasses(text: string): string | null {
  const letters = lettersOf(text);
  if ([...letters].some((letter) => !ORDER.includes(letter))) return null;
  const all = ALL.every((letter) => letters.has(letter));
  // Behind `A` the server leaves out `n`.
  return all
    ? `A${["K", "E", "m"].filter((letter) => letters.has(letter)).join("")}`
    : ORDER.filter((letter) => letters.has(letter)).join("");
}

export class Notifications {
  readonly #publish: (channel: Bytes, message: Bytes) => void;
  #classes: ReadonlySet<string> = new Set();

  constructor(publish: (channel: Bytes, message: Bytes) => void) {
    this.#publish = publish;
  }

  /** Which classes are published: what notify-keyspace-events was set to. */
  choose(text: string): void {
    this.#classes = lettersOf(text);
  }

  /** Something happened to a key. */
  notify(type: string, event: string, { index }: Keyspace, key: Bytes): void {
    if (!this.#classes.has(type)) return;
    if (this.#classes.has("K")) this.#publish(`__keyspace@${index}__:${key}`, event);
    if (this.#classes.has("E")) this.#publish(`__keyevent@${index}__:${event}`, key);
  }
}

function lettersOf(text: string): ReadonlySet<string> {
  return new Set(text.split("").flatMap((letter) => (letter === "A" ? ALL : [letter])));
}
