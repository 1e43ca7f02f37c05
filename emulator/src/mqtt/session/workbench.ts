/** The workbench as a client of MQTT: it publishes without a connection, and may ask for an answer. */
import { type ProtocolContext, WORKBENCH, type WorkbenchMessage } from "../../protocol.ts";
import type { Broker } from "../model/broker.ts";
import { eventBy } from "../model/events.ts";
import { Session, type Subscribed } from "../model/session.ts";
import type { Properties } from "../wire/packet.ts";
import { isTopic } from "../wire/topics.ts";

/** How long an answer is waited for, ms: longer than any client's own patience. */
const ANSWER_WITHIN = 60_000;

export function createWorkbench(
  { journal, clock, maxPayload }: ProtocolContext,
  broker: Broker,
): (message: WorkbenchMessage) => void {
  let asked = 0;

  return ({ channel, payload, headers, answer }) => {
    if (!isTopic(channel) || channel.includes("\0"))
      throw new Error(`"${channel}" is no topic to publish to: it is empty or has a wildcard`);
    if (payload.length > maxPayload)
      throw new Error(`packet too large: ${payload.length} bytes are more than ${maxPayload}`);
    const answers = answer === true ? awaitAnswer() : undefined;
    const message = broker.accept(
      {
        topic: channel,
        payload: Buffer.from(payload),
        qos: 1,
        retain: false,
        properties: propertiesOf(headers ?? {}, answers?.topic),
      },
      WORKBENCH,
      "",
    );
    if (!broker.route(message)) answers?.close();
  };

  /** A subscription to the one answer. What comes is only recorded. */
  function awaitAnswer(): { topic: string; close: () => void } {
    const topic = `$millrace/workbench/${++asked}`;
    const session = new Session("", { expired: () => {}, refused: () => {} }, () => clock.now());
    const via: Subscribed = {
      session,
      filter: topic,
      pattern: topic,
      qos: 0,
      noLocal: false,
      retainAsPublished: false,
      shown: { pattern: topic },
    };
    session.link = {
      publish({ message }) {
        journal.record(eventBy("delivered", message, WORKBENCH, via));
        close();
        return true;
      },
      release() {},
      forgetWill() {},
      end() {},
    };
    const close = () => {
      cancel();
      broker.subscriptions.remove(session, topic);
    };
    const cancel = clock.after(ANSWER_WITHIN, close);
    broker.subscriptions.put(via);
    return { topic, close };
  }
}

function propertiesOf(
  { "content-type": contentType, ...user }: Readonly<Record<string, string>>,
  responseTopic: string | undefined,
): Properties {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    userProperties: Object.entries(user),
  };
}
