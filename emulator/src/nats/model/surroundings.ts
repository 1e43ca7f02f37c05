/**
 * What JetStream sees of its account. Its subscriptions are ordinary ones of the server's own: they count as interest, so
 * that a publish to a stream's subject has a responder and a `$JS.API` request without JetStream has none.
 */
import type { ProtocolContext } from "../../protocol.ts";
import type { Surroundings } from "../jetstream/contract.ts";
import type { Account } from "./account.ts";
import { hear } from "./internal.ts";
import type { Message } from "./router.ts";

export function surroundingsOf(
  account: Account,
  { clock, journal, log }: Pick<ProtocolContext, "clock" | "journal" | "log">,
): Surroundings {
  return {
    clock,
    journal,
    log,
    publish(subject, message) {
      const { reply, headers, payload, delivery, quiet } = message;
      // Field by field: a copy of any shape costs more than all of routing, and this is done for every delivery.
      const sent: { -readonly [Name in keyof Message]: Message[Name] } = {
        number: message.number ?? journal.nextMessage(),
        subject,
        payload,
        client: null,
      };
      if (reply !== undefined) sent.reply = reply;
      if (headers !== undefined) sent.headers = headers;
      if (delivery !== undefined) sent.delivery = delivery;
      if (quiet !== undefined) sent.quiet = quiet;
      return account.publish(sent, null);
    },
    subscribe: (subject, heard) => hear(account, subject, heard),
    interest: (subject) => account.interest(subject),
    bound: (subject, group) => account.bound(subject, group),
    onInterest: (subject, changed) => account.onInterest(subject, changed),
  };
}
