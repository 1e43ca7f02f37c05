/** The workbench as a client of RabbitMQ: it publishes without a connection, and may ask for an answer. */
import { type ProtocolContext, WORKBENCH, type WorkbenchMessage } from "../../protocol.ts";
import type { Actor, Broker, Outgoing, VirtualHost } from "../model/contract.ts";
import { entryOf, KEY_HEADER } from "../model/journal-entries.ts";
import { Content } from "../wire/content.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";

/** How long an answer is waited for, ms: longer than any client's own patience. */
const ANSWER_WITHIN = 60_000;
/** Where plain addresses meet, when there is no queue of that name. */
const PLAIN_EXCHANGE = "amq.topic";
const EXCHANGE = /^exchange:(.*)$/s;

/** Throws what a client would be told. */
export function createWorkbench(
  { journal, clock }: ProtocolContext,
  broker: Broker,
): (message: WorkbenchMessage) => void {
  const actor: Actor = {
    user: {
      name: WORKBENCH.name,
      tags: [],
      passwordHash: "",
      hashingAlgorithm: "rabbit_password_hashing_sha256",
    },
    connection: WORKBENCH,
    client: WORKBENCH,
  };
  return (message) => {
    const vhost = broker.vhosts.get("/");
    if (vhost === undefined) throw new Error("vhost / not found");
    const replyTo = message.answer === true ? awaitAnswer(vhost) : undefined;
    vhost.publish(outgoingFor(message, vhost, replyTo), actor);
  };

  /** Where the one answer goes. What comes is only recorded. */
  function awaitAnswer({ replies }: VirtualHost): string {
    const name = replies.open((message) => {
      close();
      const subscription = { pattern: name, group: name };
      journal.record(entryOf("delivered", message, WORKBENCH, { subscription }));
    });
    const cancel = clock.after(ANSWER_WITHIN, () => replies.close(name));
    const close = () => {
      cancel();
      replies.close(name);
    };
    return name;
  }
}

function outgoingFor(
  { channel, channelType, payload, headers = {}, key }: WorkbenchMessage,
  vhost: VirtualHost,
  replyTo: string | undefined,
): Outgoing {
  const {
    "content-type": contentType,
    "content-encoding": contentEncoding,
    correlation_id: correlationId,
    ...rest
  } = headers;
  const table = { ...rest, ...(key === undefined ? {} : { [KEY_HEADER]: key }) };
  const content = Content.of(
    {
      headers: tableOf(table),
      deliveryMode: 2,
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(replyTo === undefined ? {} : { replyTo }),
    },
    Buffer.from(payload),
  );
  return { exchange: exchangeFor(channel, channelType, vhost), routingKey: channel, content };
}

/** As the journal says it; the default exchange leads to the queue that is named. */
function exchangeFor(channel: string, type: string | undefined, { queues }: VirtualHost): string {
  if (type === undefined) return queues.has(channel) ? "" : PLAIN_EXCHANGE;
  return EXCHANGE.exec(type)?.[1] ?? "";
}

function tableOf(headers: Readonly<Record<string, string>>): FieldTable {
  return new Map(
    Object.entries(headers).map(([name, text]): [string, FieldValue] => [
      name,
      { type: "longstr", value: Buffer.from(text) },
    ]),
  );
}
