/** One thing that a client says: a method, with the message that it brings. */
import type { Content } from "../wire/content.ts";
import type { Method } from "../wire/methods.ts";

export interface Command {
  readonly channel: number;
  readonly method: Method;
  /** Of basic.publish alone. */
  readonly content: Content | null;
  /** How long the message's body was said to be. */
  readonly size: number;
  /** The message's number, where its channel confirms; 0 where it does not, and once it is confirmed. */
  confirm: number;
}
