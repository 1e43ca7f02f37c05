/** Concurrency that keeps the order of a key: a message waits for the one of its key before it. */
import type { Incoming } from "./driver.ts";

export function inKeyOrder(
  deliver: (message: Incoming) => Promise<void>,
): (message: Incoming) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (message) => {
    const { key } = message;
    if (key === undefined) return deliver(message);
    const turn = (last.get(key) ?? Promise.resolve()).then(() => deliver(message));
    last.set(key, turn);
    await turn;
    if (last.get(key) === turn) last.delete(key);
  };
}
