/** Direct reply-to: names that lead to a channel and not to a queue. https://www.rabbitmq.com/docs/direct-reply-to */
import { randomBytes } from "node:crypto";
import type { Message, Replies } from "./contract.ts";

const PREFIX = "amq.rabbitmq.reply-to.";

export class DirectReplies implements Replies {
  readonly #open = new Map<string, (message: Message) => void>();

  open(deliver: (message: Message) => void): string {
    const part = () => randomBytes(16).toString("base64");
    const name = `${PREFIX}${part()}.${part()}`;
    this.#open.set(name, deliver);
    return name;
  }

  close(name: string): void {
    this.#open.delete(name);
  }

  has(name: string): boolean {
    return this.#open.has(name);
  }

  /** To the channel that awaits it; false where there is none any more, which is no error. */
  deliver(name: string, message: Message): boolean {
    const deliver = this.#open.get(name);
    deliver?.(message);
    return deliver !== undefined;
  }
}

export function isReplyName(name: string): boolean {
  return name.startsWith(PREFIX);
}
