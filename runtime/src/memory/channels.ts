/** What the memory broker has besides plain addresses. */
import type { Channel } from "../channel.ts";

/** A queue by its name: its subscribers share the messages, and it shares nothing with a plain address of that name. */
export function queue<const Name extends string>(name: Name): Channel<Name, "queue"> {
  return { address: name, type: "queue", options: {} };
}
