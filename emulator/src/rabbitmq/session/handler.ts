/** What does one method on an open channel. */
import type { Method, MethodName, MethodOf } from "../wire/methods.ts";
import type { Channel } from "./channel.ts";
import type { Command } from "./command.ts";

/** Returns the answer, or null where there is none, or it has been sent. @throws {AmqpError} */
export type Handler<Name extends MethodName> = (
  channel: Channel,
  method: MethodOf<Name>,
  command: Command,
) => Method | null;

/** A part of the table that methods.ts puts together. */
export type Handlers = { readonly [Name in MethodName]?: Handler<Name> };
