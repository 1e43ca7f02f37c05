/** The pages that are connected: each is told the state and the traffic from the moment it says that it is there. */
import { setImmediate } from "node:timers";
import type { SessionMessage, WorkbenchState } from "../protocol.ts";

export type Send = (message: SessionMessage) => void;

export interface Pages {
  /** Returns the way to leave. */
  join(
    send: Send,
    firstMessages: () => readonly SessionMessage[],
  ): { ready(): void; leave(): void };
  tell(message: SessionMessage): void;
}

export function createPages(): Pages {
  const ready = new Set<Send>();
  return {
    join: (send, firstMessages) => ({
      ready() {
        // A page that was loaded anew says so again and starts from nothing.
        for (const message of firstMessages()) send(message);
        ready.add(send);
      },
      leave: () => void ready.delete(send),
    }),
    tell(message) {
      for (const send of ready) send(message);
    },
  };
}

/** Many changes in one turn are one message. */
export function coalesce(tell: () => void): { changed(): void; flush(): void } {
  let waiting: NodeJS.Immediate | undefined;
  function flush(): void {
    if (waiting === undefined) return;
    clearImmediate(waiting);
    waiting = undefined;
    tell();
  }
  return {
    changed: () => void (waiting ??= setImmediate(flush)),
    flush,
  };
}

/** Listeners of the shell. */
export function createListeners<Value = WorkbenchState>(): {
  add(listener: (value: Value) => void): () => void;
  call(value: Value): void;
} {
  const listeners = new Set<(value: Value) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    call(value) {
      for (const listener of listeners) listener(value);
    },
  };
}
