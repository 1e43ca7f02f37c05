/** What a client may ask for on an open channel. */
import { connectionError } from "../model/errors.ts";
import type { MethodName } from "../wire/methods.ts";
import { consumingMethods } from "./consuming.ts";
import { exchangeMethods } from "./exchange-methods.ts";
import type { Handler, Handlers } from "./handler.ts";
import { publishingMethods } from "./publishing.ts";
import { queueMethods } from "./queue-methods.ts";
import { settlingMethods } from "./settling.ts";
import { transactionMethods } from "./transaction-methods.ts";

const handlers: Handlers = {
  "access.request": () => ({ name: "access.request-ok", ticket: 1 }),
  "channel.flow"(_, { active }) {
    if (!active) throw connectionError(540, "active=false");
    return { name: "channel.flow-ok", active };
  },
  ...exchangeMethods,
  ...queueMethods,
  ...consumingMethods,
  ...publishingMethods,
  ...settlingMethods,
  ...transactionMethods,
};

/** Undefined for what a server does not take. */
export function handlerOf(name: MethodName): Handler<MethodName> | undefined {
  return handlers[name] as Handler<MethodName> | undefined;
}
