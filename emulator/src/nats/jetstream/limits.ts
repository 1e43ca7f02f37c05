/** What of a stream is over its limits, the oldest first: one at a time, as each that goes may be all. */
import type { MessageStore } from "./message-store.ts";
import type { StreamConfig } from "./stream-config.ts";

/** By which limit a message has to go. */
export type Limit = "max_msgs" | "max_bytes" | "max_msgs_per_subject";

/** `subject`: the only one that has become more; all where it is undefined. Whoever asks removes each before the next. */
export function* overLimits(
  store: MessageStore,
  config: StreamConfig,
  subject?: string,
): Generator<readonly [seq: number, limit: Limit]> {
  const { max_msgs, max_bytes, max_msgs_per_subject: most } = config;
  if (most > 0) {
    const subjects = subject === undefined ? [...store.matching([])] : [store.subject(subject)];
    for (const messages of subjects)
      while (messages !== undefined && messages.count > most)
        yield [messages.first, "max_msgs_per_subject"];
  }
  while (max_msgs > 0 && store.messages > max_msgs) yield [store.first, "max_msgs"];
  while (max_bytes > 0 && store.bytes > max_bytes) yield [store.first, "max_bytes"];
}
