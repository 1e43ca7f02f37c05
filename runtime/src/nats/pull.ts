/**
 * Pulls: one request at a time for as many messages as there is room for, so that none waits here longer than it must.
 * The server ends a request after `expires`, and gives a heartbeat while it waits.
 */
import type { Api } from "./api.ts";
import type { ConsumerFacts } from "./consumer.ts";
import type { Msg } from "./driver.ts";

/** How messages come from a consumer. */
export interface Source {
  /** Lets messages come. Resolves with why they no longer do. */
  next(consumer: ConsumerFacts): Promise<Ending>;
  /** Ends `next` with this. */
  stop(ending: Ending): void;
  /** There is room for more. */
  onRoom(): void;
  /** Ends `next`; what is on its way still comes, and when it resolves nothing can come any more. */
  drain(): Promise<void>;
}

/** Why messages no longer come. */
export type Ending =
  /** Nothing is wrong: go on. */
  | { readonly kind: "over" }
  /** The server will not serve us now. */
  | { readonly kind: "refused"; readonly why: string }
  /** Whether the consumer is still there has to be looked at; without `why` nothing speaks against it. */
  | { readonly kind: "unsure"; readonly why?: string };

/** Whom a source tells. */
export interface SourceEvents {
  onMessage(message: Msg): void;
  /** Something came, if only a heartbeat. */
  onAlive(): void;
}

/** How much may be here. */
export interface Room {
  readonly capacity: number;
  held(): number;
}

/** ms; how long an idle request lasts at most. */
const EXPIRES = 30_000;
const HEARTBEAT = 5000;

export function createPull({ prefix, link }: Api, events: SourceEvents, room: Room): Source {
  const base = link.inbox();
  let requests = 0;
  let draining = false;
  let current: { left: number; alive(): void; end(how: Ending): void } | undefined;
  let wake = () => {};

  const subscription = link.client.subscribe(`${base}.*`, {
    callback: (error, message) => {
      if (error !== null) current?.end({ kind: "refused", why: error.message });
      // A status keeps the request's own subject, a message has the one it was published to.
      else if (message.subject.startsWith(`${base}.`)) onStatus(message);
      else {
        events.onMessage(message);
        if (current === undefined) return;
        current.alive();
        if (--current.left <= 0) current.end({ kind: "over" });
      }
    },
  });

  function onStatus({ subject, headers }: Msg): void {
    // Of a request before this one.
    if (current === undefined || subject !== `${base}.${requests}`) return;
    current.alive();
    const { code = 0, description = "" } = headers ?? {};
    if (code === 100) return;
    // 404 no messages, 408 the request's time is over.
    if (code === 404 || code === 408) current.end({ kind: "over" });
    else if (code === 503 || /consumer deleted|no responders/i.test(description))
      current.end({ kind: "unsure", why: "the consumer is gone" });
    // The consumer is somewhere else now.
    else if (/leadership change|server shutdown/i.test(description))
      current.end({ kind: "unsure", why: description.toLowerCase() });
    else current.end({ kind: "refused", why: `${code} ${description}` });
  }

  /** Resolves when half of the room is free: few requests for many messages. */
  async function free(): Promise<number> {
    const wanted = Math.ceil(room.capacity / 2);
    while (!draining && room.capacity - room.held() < wanted)
      await new Promise<void>((resolve) => (wake = resolve));
    return room.capacity - room.held();
  }

  return {
    onRoom: () => wake(),
    stop: (ending) => current?.end(ending),
    async next({ name, config, stream_name }) {
      const batch = Math.min(await free(), Number(config["max_batch"]) || Infinity);
      if (draining) return { kind: "over" };
      if (link.lost !== undefined) return { kind: "unsure", why: "the connection is lost" };
      const longest = Number(config["max_expires"]) / 1e6 || EXPIRES;
      const expires = Math.min(EXPIRES, longest);
      const heartbeat = Math.min(HEARTBEAT, Math.floor(expires / 2));
      const reply = `${base}.${++requests}`;
      return new Promise<Ending>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const off = link.onChange((state) => {
          if (state === "lost") end({ kind: "unsure", why: "the connection was lost" });
        });
        const end = (how: Ending) => {
          off();
          clearTimeout(timer);
          current = undefined;
          resolve(how);
        };
        const silent = () => end({ kind: "unsure", why: "the consumer gives no heartbeat" });
        const watch = () => {
          clearTimeout(timer);
          timer = setTimeout(silent, heartbeat * 2 + 1000);
        };
        const alive = () => {
          watch();
          events.onAlive();
        };
        current = { left: batch, alive, end };
        watch();
        const asked = { batch, expires: expires * 1e6, idle_heartbeat: heartbeat * 1e6 };
        link.client.publish(
          `${prefix}.CONSUMER.MSG.NEXT.${stream_name}.${name}`,
          JSON.stringify(asked),
          { reply },
        );
      });
    },
    async drain() {
      draining = true;
      wake();
      current?.end({ kind: "over" });
      if (subscription.isClosed() || link.client.isClosed()) return;
      if (link.lost === undefined) await subscription.drain().catch(() => undefined);
      else subscription.unsubscribe();
    },
  };
}
