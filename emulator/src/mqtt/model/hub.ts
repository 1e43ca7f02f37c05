/**
 * Which of the filters match a topic, by aedes: the only file that knows it. aedes calls the listeners of a message with
 * QoS 0 and no retain before `publish` returns; hub.test.ts holds that. Sessions, QoS, retained messages and wills are
 * not its business. It takes longer to load than everything else together: nothing of it is loaded before somebody
 * subscribes.
 */
import type { EventEmitter } from "node:events";
import { filterMatches, startsWithWildcard } from "./topics.ts";

export interface Hub {
  add(filter: string): void;
  remove(filter: string): void;
  /** The filters that match, in mosquitto's order: at each level the name, then `+`, then `#`. */
  match(topic: string): string[];
  /** From when on aedes matches. */
  loaded(): Promise<void>;
  close(): Promise<void>;
}

type Listener = (packet: object, done: () => void) => void;

/** What of aedes is used. */
interface Matcher {
  subscribe(filter: string, listener: Listener, done: () => void): void;
  unsubscribe(filter: string, listener: Listener, done: () => void): void;
  publish(packet: object, done: () => void): void;
  close(done: () => void): void;
}

/** aedes refuses topics of more levels. */
const MAX_LEVELS = 100;

const EMPTY = Buffer.alloc(0);
const ignore = () => {};

/** Usable at once: aedes is loaded with the first filter, and until it is there filters are tried one by one. */
export function createHub(): Hub {
  const filters = new Map<string, Listener>();
  let matcher: Matcher | null = null;
  let found: string[] = [];
  let loading: Promise<void> | null = null;

  async function begin(): Promise<void> {
    try {
      matcher = await load();
    } catch (error) {
      // Without it MQTT goes on, slower with many filters.
      process.emitWarning(String(error));
      return;
    }
    for (const [filter, listener] of filters) matcher.subscribe(filter, listener, ignore);
  }

  return {
    loaded: () => loading ?? Promise.resolve(),
    add(filter) {
      const listener: Listener = (_packet, done) => {
        // A filter that was removed hears for another turn of the loop, and may have come back meanwhile.
        if (filters.get(filter) === listener) found.push(filter);
        done();
      };
      filters.set(filter, listener);
      loading ??= begin();
      matcher?.subscribe(filter, listener, ignore);
    },
    remove(filter) {
      const listener = filters.get(filter);
      if (listener === undefined) return;
      filters.delete(filter);
      matcher?.unsubscribe(filter, listener, ignore);
    },
    match(topic) {
      if (filters.size === 0) return [];
      // A filter of one level more, `#`, matches its parent.
      if (matcher === null || topic.split("/").length >= MAX_LEVELS)
        return [...filters.keys()].filter((filter) => filterMatches(filter, topic)).sort(byBreadth);
      found = [];
      matcher.publish(
        { cmd: "publish", topic, payload: EMPTY, qos: 0, dup: false, retain: false },
        ignore,
      );
      // [MQTT-4.7.2-1]: aedes leaves it to who subscribes.
      if (topic.startsWith("$")) found = found.filter((filter) => !startsWithWildcard(filter));
      return found.sort(byBreadth);
    },
    async close() {
      await loading;
      const broker = matcher;
      if (broker !== null) await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}

async function load(): Promise<Matcher> {
  const { Aedes } = await import("aedes");
  const broker = await Aedes.createBroker({ maxTopicLevels: MAX_LEVELS });
  // Unheard it would end the process.
  (broker as EventEmitter).on("error", (error: Error) => process.emitWarning(error));
  return broker as unknown as Matcher;
}

/** Filters that match the same topic differ in wildcards and length alone. */
function byBreadth(first: string, second: string): number {
  const levels = second.split("/");
  for (const [index, level] of first.split("/").entries()) {
    const difference = breadth(level) - breadth(levels[index]);
    if (difference !== 0) return difference;
  }
  // The end of the one: `a/#` comes before `a`.
  return 1;
}

function breadth(level: string | undefined): number {
  if (level === undefined) return 3;
  return level === "#" ? 2 : level === "+" ? 1 : 0;
}
