/** A part of the server that hears a subject of an account. */
import type { Account } from "./account.ts";
import type { Message, Subscriber, Subscription } from "./router.ts";

/** `from` is the publishing subscriber, if it is one. Returns how to stop. */
export function hear(
  { router }: Account,
  subject: string,
  heard: (message: Message, from: Subscriber | null) => void,
): () => void {
  const subscription: Subscription = {
    subscriber: {
      echo: true,
      deliver(_, message, from) {
        heard(message, from);
        return true;
      },
      ended: () => {},
    },
    sid: subject,
    subject,
    delivered: 0,
    max: 0,
  };
  router.subscribe(subscription);
  return () => router.unsubscribe(subscription);
}
