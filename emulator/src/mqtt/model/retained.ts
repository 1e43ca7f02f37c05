/**
 * Retained messages, in a tree of topic levels: a wildcard looks only where it leads. What is replaced keeps its place.
 * MQTT 5 §3.3.1.3
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { Message } from "./message.ts";
import { startsWithWildcard } from "./topics.ts";

interface Level {
  readonly below: Map<string, Level>;
  message: Message | null;
}

export class Retained {
  #root = newLevel();
  readonly #expiring: Deadlines<string>;
  #count = 0;
  #bytes = 0;

  constructor(clock: Clock, expired: (message: Message) => void) {
    this.#expiring = new Deadlines(clock, (topic) => {
      const message = this.get(topic);
      this.#drop(topic);
      if (message !== null) expired(message);
    });
  }

  get count(): number {
    return this.#count;
  }

  /** Of payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  get(topic: string): Message | null {
    let level: Level | undefined = this.#root;
    for (const name of topic.split("/")) level = level?.below.get(name);
    return level?.message ?? null;
  }

  /** A message without a payload takes away what there is. */
  keep(message: Message): void {
    this.#expiring.delete(message.topic);
    if (message.payload.length === 0) return this.#drop(message.topic);
    let level = this.#root;
    for (const name of message.topic.split("/")) {
      let below = level.below.get(name);
      if (below === undefined) level.below.set(name, (below = newLevel()));
      level = below;
    }
    if (level.message === null) this.#count++;
    this.#bytes += message.payload.length - (level.message?.payload.length ?? 0);
    level.message = message;
    if (message.expires !== Number.POSITIVE_INFINITY)
      this.#expiring.set(message.topic, message.expires);
  }

  /** Those that a filter matches. */
  match(filter: string): Message[] {
    const found: Message[] = [];
    const top = startsWithWildcard(filter);
    collect(this.#root, filter.split("/"), 0, found, (name) => top && name.startsWith("$"));
    return found;
  }

  all(): Message[] {
    const found: Message[] = [];
    collect(this.#root, ["#"], 0, found, () => false);
    return found;
  }

  clear(): void {
    this.#root = newLevel();
    this.#expiring.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #drop(topic: string): void {
    const names = topic.split("/");
    const path = [this.#root];
    for (const name of names) {
      const below = path.at(-1)?.below.get(name);
      if (below === undefined) return;
      path.push(below);
    }
    const last = path.at(-1);
    if (last === undefined || last.message === null) return;
    this.#bytes -= last.message.payload.length;
    last.message = null;
    this.#count--;
    for (let depth = names.length; depth > 0; depth--) {
      const level = path[depth];
      if (level === undefined || level.message !== null || level.below.size > 0) return;
      path[depth - 1]?.below.delete(names[depth - 1] ?? "");
    }
  }
}

function newLevel(): Level {
  return { below: new Map(), message: null };
}

/** `hidden`: what of the first level a wildcard does not see, [MQTT-4.7.2-1]. */
function collect(
  level: Level,
  filter: readonly string[],
  depth: number,
  found: Message[],
  hidden: (name: string) => boolean,
): void {
  const wanted = filter[depth];
  if (wanted === undefined) {
    if (level.message !== null) found.push(level.message);
    return;
  }
  if (wanted === "#") {
    for (const [name, below] of level.below)
      if (depth > 0 || !hidden(name)) collectAll(below, found);
    // The parent, too, and in mosquitto's order after what is below it.
    if (level.message !== null) found.push(level.message);
    return;
  }
  if (wanted !== "+") {
    const below = level.below.get(wanted);
    if (below !== undefined) collect(below, filter, depth + 1, found, hidden);
    return;
  }
  for (const [name, below] of level.below)
    if (depth > 0 || !hidden(name)) collect(below, filter, depth + 1, found, hidden);
}

function collectAll(level: Level, found: Message[]): void {
  if (level.message !== null) found.push(level.message);
  for (const below of level.below.values()) collectAll(below, found);
}
