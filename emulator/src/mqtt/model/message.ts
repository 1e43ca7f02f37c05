/** A message as the broker holds it, the same for all who get it. */
import type { ContentSource, MessageContent } from "../../journal.ts";
import { SharedPublish } from "../wire/encode.ts";
import type { Properties, QoS, Version } from "../wire/packet.ts";

export interface MessageFields {
  /** The journal's number; 0 for what the server says about itself. */
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Those that travel on: MQTT 5 §3.3.2.3. */
  readonly properties: Properties;
  /** When it expires, ms since 1970; Infinity for most. */
  readonly expires: number;
  /** The client id it came from; "" for the server and the workbench. */
  readonly source: string;
}

export class Message implements MessageFields {
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Properties;
  readonly expires: number;
  readonly source: string;
  /** What the journal keeps: not the message, which holds what it is written as. */
  readonly content: Content;
  #early: SharedPublish | undefined;
  #five: SharedPublish | undefined;

  constructor(fields: MessageFields) {
    this.number = fields.number;
    this.topic = fields.topic;
    this.payload = fields.payload;
    this.qos = fields.qos;
    this.retain = fields.retain;
    this.properties = fields.properties;
    this.expires = fields.expires;
    this.source = fields.source;
    this.content = new Content(fields.payload, fields.properties);
  }

  /** Written once for each version: 3.1 and 3.1.1 write alike. */
  written(version: Version): SharedPublish {
    if (version === 5) return (this.#five ??= new SharedPublish(this, 5));
    return (this.#early ??= new SharedPublish(this, 4));
  }
}

class Content implements ContentSource {
  readonly #payload: Buffer;
  readonly #properties: Properties;

  constructor(payload: Buffer, properties: Properties) {
    this.#payload = payload;
    this.#properties = properties;
  }

  get size(): number {
    return this.#payload.length;
  }

  read(): MessageContent {
    const { responseTopic } = this.#properties;
    return {
      headers: headersOf(this.#properties),
      payload: this.#payload,
      ...(responseTopic === undefined ? {} : { replyTo: responseTopic }),
    };
  }
}

/**
 * The properties of a message that go on to whoever gets it, unaltered: [MQTT-3.3.2-4, -15, -16, -17, -20]. In the order
 * they came, as mosquitto passes them on.
 */
export function travelling(properties: Properties): Properties {
  const {
    order,
    messageExpiryInterval: _counted,
    topicAlias: _ofConnection,
    subscriptionIdentifiers: _ofSubscriber,
    willDelayInterval: _ofWill,
    ...rest
  } = properties;
  return order === undefined ? rest : { order: order.filter((name) => name in rest), ...rest };
}

/** User properties, and the content type under its usual name. */
function headersOf({ userProperties, contentType }: Properties): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of userProperties ?? [])
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  if (contentType !== undefined) headers["content-type"] ??= contentType;
  return headers;
}
