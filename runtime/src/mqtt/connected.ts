/** A driver that is connected: subscriptions on links of their own, publishes and requests on the first one. */
import type {
  ActiveSubscription,
  Driver,
  DriverContext,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import { RequestError } from "../errors.ts";
import { refusePublishOptions } from "./check.ts";
import type { MqttPacket } from "./driver.ts";
import type { Link } from "./link.ts";
import { readMessage, writeProperties, type Properties } from "./message.ts";
import type { Mqtt5PublishOptions, Mqtt5Will, MqttOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { NO_SUBSCRIBERS } from "./reasons.ts";
import { Requests } from "./requests.ts";
import { Subscriptions, type OpenLink } from "./subscriptions.ts";

export class ConnectedMqtt implements Driver {
  readonly #context: DriverContext;
  readonly #options: MqttOptions;
  readonly #main: Link;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #subscriptions: Subscriptions;
  /** Opens further links; absent where the client was passed in. */
  readonly #open: OpenLink | undefined;
  readonly #name: string;
  readonly #links = new Set<Link>();

  constructor(made: {
    context: DriverContext;
    options: MqttOptions;
    main: Link;
    open: OpenLink | undefined;
    name: string;
  }) {
    const { context, options, main, open, name } = made;
    this.#context = context;
    this.#options = options;
    this.#main = main;
    this.#outbox = new Outbox(main, options);
    this.#requests = new Requests(main, options.replyPrefix ?? "millrace/replies");
    this.#open =
      open === undefined
        ? undefined
        : async (link) => this.#joined(await open({ ...link, witness: () => main.losses }));
    this.#name = name;
    this.#subscriptions = new Subscriptions({
      ...made,
      open: this.#open,
      end: (link) => this.#end(link),
      respondTo: (packet) => this.#respondTo(packet),
    });
    this.#joined(main);
    context.onState("connected");
  }

  /** Leaves the will that has a delay with the broker, under a client id that is the same after a restart. */
  async leaveWill(will: Mqtt5Will): Promise<void> {
    const session = { sessionExpiryInterval: will.delay ?? 0 };
    const clientId = `${this.#name}-will`;
    await this.#open?.({ clientId, kept: true, lasting: true, session, will });
  }

  subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    return this.#subscriptions.begin(request);
  }

  async publish(message: Outgoing): Promise<void> {
    await this.#send(
      message.address,
      message.payload,
      message.headers,
      (message.options ?? {}) as Mqtt5PublishOptions,
      { signal: message.signal },
    );
  }

  async request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    const { address, signal } = message;
    if (this.#main.version !== 5) {
      throw new RequestError(
        "unsupported",
        `"${address}" cannot be asked: MQTT 3.1.1 has no response topic; use a broker that speaks MQTT 5`,
      );
    }
    const given = { timeout, signal, chain: message.headers["correlation_id"] };
    const answer = await this.#requests.ask(address, given, async (properties) => {
      // Always QoS 1: its PUBACK tells whether anybody listens; mosquitto's PUBREC does not.
      // What a service finds after its restart nobody waits for any more.
      const expiry = Math.max(1, Math.ceil(timeout / 1000));
      const options = { expiry, ...(message.options as Mqtt5PublishOptions), qos: 1 } as const;
      const reason = await this.#send(address, message.payload, message.headers, options, {
        signal,
        properties,
      });
      if (reason === NO_SUBSCRIBERS)
        throw new RequestError(
          "no-responders",
          `nobody answers "${address}": start the service that does`,
        );
    });
    return readMessage(answer);
  }

  /** Nothing waits here: a publish resolves when the broker has confirmed it. */
  async flush(): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([...this.#links].map((link) => this.#end(link)));
    this.#context.onState("closed");
  }

  async #send(
    topic: string,
    payload: Uint8Array,
    headers: Outgoing["headers"],
    options: Mqtt5PublishOptions,
    more: { signal?: AbortSignal | undefined; properties?: Properties },
  ): Promise<number> {
    more.signal?.throwIfAborted();
    const { qos = 1, retain = false } = options;
    const five = this.#main.version === 5;
    if (!five) refusePublishOptions(topic, options);
    const sender = this.#subscriptions.marking ? this.#name : undefined;
    const properties = { ...writeProperties(headers, options, sender), ...more.properties };
    const timeout = this.#options.publishTimeout ?? 10_000;
    return this.#outbox.publish(
      { topic, payload, qos, retain, ...(five ? { properties } : {}) },
      { timeout, signal: more.signal },
    );
  }

  #respondTo(packet: MqttPacket): Incoming["respond"] | undefined {
    const { responseTopic, correlationData } = packet.properties ?? {};
    if (responseTopic === undefined) return undefined;
    return async (answer) => {
      const properties = correlationData === undefined ? {} : { correlationData };
      await this.#send(responseTopic, answer.payload, answer.headers, {}, { properties });
    };
  }

  #joined(link: Link): Link {
    link.onChange = () => this.#changed();
    this.#links.add(link);
    return link;
  }

  async #end(link: Link): Promise<void> {
    this.#links.delete(link);
    await link.end();
  }

  #changed(): void {
    const lost = [...this.#links].find((link) => !link.whole);
    this.#context.onState(lost === undefined ? "connected" : "reconnecting", lost?.cause);
  }
}
