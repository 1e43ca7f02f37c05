/** The workbench as a client of NATS: it publishes without a connection, and may ask for an answer. */
import { type ProtocolContext, WORKBENCH, type WorkbenchMessage } from "../../protocol.ts";
import { isLiteralSubject } from "../model/subjects.ts";
import type { Account } from "../model/account.ts";
import type { Message, Subscriber, Subscription } from "../model/router.ts";
import { Content } from "../wire/content.ts";
import { encodeHeaders } from "../wire/headers.ts";

/** How long an answer is waited for, ms: longer than any client's own patience. */
const ANSWER_WITHIN = 60_000;

export function createWorkbench(
  { journal, clock, maxPayload }: ProtocolContext,
  account: Account,
): (message: WorkbenchMessage) => void {
  return ({ channel, payload, headers, answer }) => {
    if (!isLiteralSubject(channel))
      throw new Error(`Invalid Publish Subject: "${channel}" has an empty token or a wildcard`);
    const block =
      headers !== undefined && Object.keys(headers).length > 0 ? encodeHeaders(headers) : undefined;
    const size = payload.length + (block?.length ?? 0);
    if (size > maxPayload)
      throw new Error(`Maximum Payload Violation: ${size} bytes are more than ${maxPayload}`);

    const number = journal.nextMessage();
    const inbox = answer === true ? inboxFor(number) : undefined;
    const message: Message = {
      number,
      subject: channel,
      payload,
      client: WORKBENCH,
      ...(inbox === undefined ? {} : { reply: inbox.subject }),
      ...(block === undefined ? {} : { headers: block }),
    };
    record("published", message);
    if (account.publish(message, null) > 0) return;
    inbox?.close();
    journal.record({ ...entry(message), kind: "dropped", client: null, reason: "no subscribers" });
  };

  /** A subscription to the one answer. What comes is only recorded. */
  function inboxFor(number: number): { subject: string; close: () => void } {
    const subscriber: Subscriber = {
      echo: true,
      deliver: (_, message) => {
        record("delivered", message, { pattern: subscription.subject });
        return true;
      },
      ended: () => cancel(),
    };
    const subscription: Subscription = {
      subscriber,
      sid: "1",
      subject: `_INBOX.workbench.${number}`,
      delivered: 0,
      max: 1,
    };
    const close = () => {
      cancel();
      account.router.unsubscribe(subscription);
    };
    const cancel = clock.after(ANSWER_WITHIN, close);
    account.router.subscribe(subscription);
    return { subject: subscription.subject, close };
  }

  function record(
    kind: "published" | "delivered",
    message: Message,
    subscription?: { pattern: string },
  ): void {
    journal.record({
      ...entry(message),
      kind,
      client: WORKBENCH,
      ...(subscription === undefined ? {} : { subscription }),
    });
  }
}

function entry(message: Message) {
  return {
    protocol: "nats",
    channel: message.subject,
    message: message.number,
    content: new Content(message),
  } as const;
}
