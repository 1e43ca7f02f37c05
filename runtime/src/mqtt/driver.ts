/**
 * MQTT by the package "mqtt" (MQTT.js 5): the only file that imports it.
 *
 * The first connection publishes and asks; its client id is new each time. Each subscriber has a
 * connection besides: the window of unacknowledged messages is a connection's, so that one subscriber never holds back
 * another; a connection's filters may overlap, and 3.1.1 does not say which of them a message matched; and with QoS > 0
 * its session is kept under a client id that is the same after a restart.
 */
import { randomBytes, randomUUID } from "node:crypto";
import type {
  IClientOptions,
  IClientPublishOptions,
  IPublishPacket,
  MqttClient as Client,
} from "mqtt";
import { abortable, within } from "../abortable.ts";
import type {
  ActiveSubscription,
  Connect,
  Driver,
  DriverContext,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import { ClientMissingError, ConnectError, DeclarationError, RequestError } from "../errors.ts";
import { parseServerUrl } from "../server-url.ts";
import { Link, type Opening } from "./link.ts";
import { filterOf, overlap, readMessage, sessionId, writeHeaders } from "./message.ts";
import type { MqttOptions, MqttPublishOptions, MqttSubscriberOptions, Qos } from "./options.ts";
import { NO_SUBSCRIBERS, Outbox } from "./outbox.ts";
import { receiveFrom, type Receiver } from "./receiving.ts";

/** A client of the package "mqtt". */
export type MqttClient = Client;
/** A received PUBLISH. */
export type MqttPacket = IPublishPacket;
export type { IClientOptions, IClientPublishOptions };

/** Connects with these options; see {@link MqttOptions}. `url` gives the address when it is needed. */
export function connectMqtt(options: MqttOptions, url: () => string): Connect {
  return async (context) => {
    const mqtt = await import("mqtt").catch((cause: unknown) => {
      throw new ClientMissingError("mqtt", { cause });
    });
    const server = parseServerUrl(context.url ?? url(), "mqtt");
    const name = options.name ?? context.clientName;
    const open: OpenLink = (clientId, extra, prepare) =>
      Link.open({
        context,
        address: server.address,
        timeout: options.connectTimeout ?? 5000,
        make: (more) =>
          mqtt.connect(server.address, {
            ...clientOptions(options, server),
            ...extra,
            ...more,
            clientId,
          }),
        ...(prepare === undefined ? {} : { prepare }),
      });

    if (options.client !== undefined && context.url === undefined) {
      return new MqttDriver(
        context,
        options,
        await Link.adopt(options.client, context),
        undefined,
        name,
      );
    }
    const id = `${name}-pub-${randomBytes(4).toString("hex")}`;
    const extra = options.will === undefined ? {} : { will: willOf(options.will) };
    // QoS 2 needs a session to outlive a lost connection; 3.1.1 would keep it for ever, so there it has none.
    const five: IClientOptions = {
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: 60 },
    };
    const three: IClientOptions = { protocolVersion: 4, clean: true };
    const wish = options.protocol === undefined ? undefined : options.protocol === "5" ? 5 : 4;
    const main = await open(id, { ...extra, ...(wish === 4 ? three : five) }).catch(
      async (error: unknown) => {
        if (wish !== undefined || !(error instanceof ConnectError) || !refusesVersion(error.cause))
          throw error;
        context.logger.warn(
          `MQTT at ${server.address} does not speak version 5; using 3.1.1, which carries no headers and answers no requests`,
        );
        return open(id, { ...extra, ...three });
      },
    );
    const protocolVersion = main.version;
    return new MqttDriver(
      context,
      options,
      main,
      (clientId, more, prepare) => open(clientId, { ...more, protocolVersion }, prepare),
      name,
    );
  };
}

type OpenLink = (
  clientId: string,
  extra: IClientOptions,
  prepare?: Opening["prepare"],
) => Promise<Link>;

class MqttDriver implements Driver {
  readonly #context: DriverContext;
  readonly #options: MqttOptions;
  readonly #main: Link;
  readonly #outbox: Outbox;
  /** Absent where the client was passed in: then everything goes over that one. */
  readonly #open: OpenLink | undefined;
  readonly #name: string;
  /** Filters in force, by client id; on a client that was passed in they must not overlap. */
  readonly #filters = new Map<string, string>();
  readonly #links = new Set<Link>();
  readonly #pending = new Map<string, (packet: MqttPacket) => void>();
  #replyTopic: Promise<string> | undefined;

  constructor(
    context: DriverContext,
    options: MqttOptions,
    main: Link,
    open: OpenLink | undefined,
    name: string,
  ) {
    this.#context = context;
    this.#options = options;
    this.#main = main;
    this.#outbox = new Outbox(main);
    this.#open = open;
    this.#name = name;
    this.#links.add(main);
    context.onState("connected");
    main.onChange = () => this.#changed();
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    const own = request.options as MqttSubscriberOptions & { qos?: Qos };
    const qos = own.qos ?? 1;
    const filter = filterOf(request.address.pattern, request.group);
    const key = this.#reserve(filter, request);
    let receiver: Receiver | undefined;
    const receive = (client: MqttClient) => {
      receiver = receiveFrom(client, request, {
        redelivers: qos > 0,
        logger: this.#context.logger,
        respond: (packet) => this.#respondTo(packet),
      });
    };
    let link: Link | undefined;
    try {
      link = await this.#linkFor(
        key,
        qos,
        own.receiveMaximum ?? Math.max(20, request.concurrency * 2),
        receive,
      );
      const granted = await link.subscribe(filter, qos);
      if (granted < qos)
        this.#context.logger.warn(`the broker grants QoS ${granted} for "${filter}", not ${qos}`);
      return { redelivers: granted > 0, drain: () => this.#drain(key, filter, link, receiver) };
    } catch (error) {
      receiver?.stop();
      this.#filters.delete(key);
      if (link !== undefined && link !== this.#main) await this.#end(link);
      throw error;
    }
  }

  async publish(message: Outgoing): Promise<void> {
    await this.#send(
      message.address,
      message.payload,
      { headers: message.headers, ...(message.options as MqttPublishOptions | undefined) },
      message.signal,
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
    signal?.throwIfAborted();
    const correlation = randomUUID();
    const late = () =>
      new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`);
    const ask = async (): Promise<Incoming> => {
      const answer = new Promise<MqttPacket>((resolve) => this.#pending.set(correlation, resolve));
      const responseTopic = await this.#replies();
      // Always QoS 1: its PUBACK tells whether anybody listens; mosquitto's PUBREC does not.
      const properties = { responseTopic, correlationData: Buffer.from(correlation) };
      const reason = await this.#send(
        address,
        message.payload,
        { headers: message.headers, properties },
        signal,
      );
      if (reason === NO_SUBSCRIBERS)
        throw new RequestError(
          "no-responders",
          `nobody answers "${address}": start the service that does`,
        );
      return readMessage(await answer);
    };
    try {
      return await abortable(within(ask(), timeout, late), signal);
    } finally {
      this.#pending.delete(correlation);
    }
  }

  /** Nothing waits here: a publish resolves when the broker has confirmed it. */
  async flush(): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([...this.#links].map((link) => this.#end(link)));
    this.#context.onState("closed");
  }

  /** The subscription's client id, or its filter where it shares a client that was passed in. */
  #reserve(filter: string, request: SubscribeRequest): string {
    let key = filter;
    if (this.#open === undefined) {
      const other = [...this.#filters.values()].find((each) => overlap(each, filter));
      if (other !== undefined) {
        throw new DeclarationError(
          `"${filter}" and "${other}" overlap, and a client that was passed in cannot tell their messages apart: leave out \`client\``,
        );
      }
    } else {
      const base = sessionId(this.#name, request.address.pattern, request.group);
      key = base;
      for (let number = 2; this.#filters.has(key); number++) key = `${base}-${number}`;
    }
    this.#filters.set(key, filter);
    return key;
  }

  async #linkFor(
    key: string,
    qos: Qos,
    receiveMaximum: number,
    receive: (client: MqttClient) => void,
  ): Promise<Link> {
    if (this.#open === undefined) {
      receive(this.#main.client);
      return this.#main;
    }
    const { sessionExpiry = 604_800 } = this.#options;
    const properties =
      this.#main.version === 5
        ? { properties: { sessionExpiryInterval: sessionExpiry, receiveMaximum } }
        : {};
    const link =
      qos === 0
        ? await this.#open(`${key}-${randomBytes(4).toString("hex")}`, { clean: true }, receive)
        : await this.#open(key, { clean: false, ...properties }, receive);
    link.onChange = () => this.#changed();
    this.#links.add(link);
    return link;
  }

  /** The subscription stays in the session, so that the broker keeps what comes while the service is away. */
  async #drain(
    key: string,
    filter: string,
    link: Link | undefined,
    receiver: Receiver | undefined,
  ): Promise<void> {
    // Without a session nothing comes later: what is on its way now is still taken.
    if (link === this.#main || link?.client.options.clean) await link.unsubscribe(filter);
    await receiver?.drain();
    this.#filters.delete(key);
    if (link !== undefined && link !== this.#main) await this.#end(link);
  }

  async #send(
    topic: string,
    payload: Uint8Array,
    options: MqttPublishOptions & {
      headers: Outgoing["headers"];
      properties?: IPublishPacket["properties"];
    },
    signal?: AbortSignal,
  ): Promise<number> {
    signal?.throwIfAborted();
    const { qos = 1, retain = false } = options;
    const properties =
      this.#main.version === 5
        ? { properties: { ...writeHeaders(options.headers), ...options.properties } }
        : {};
    const timeout = this.#options.publishTimeout ?? 10_000;
    return this.#outbox.publish(
      topic,
      payload,
      { qos, retain, ...properties },
      { timeout, signal },
    );
  }

  #respondTo(packet: MqttPacket): Incoming["respond"] | undefined {
    const { responseTopic, correlationData } = packet.properties ?? {};
    if (responseTopic === undefined) return undefined;
    return async (answer) => {
      const properties = correlationData === undefined ? {} : { correlationData };
      await this.#send(responseTopic, answer.payload, { headers: answer.headers, properties });
    };
  }

  /** Subscribes to the topic of our answers, once. */
  #replies(): Promise<string> {
    this.#replyTopic ??= this.#listenForReplies().catch((error: unknown) => {
      this.#replyTopic = undefined;
      throw error;
    });
    return this.#replyTopic;
  }

  async #listenForReplies(): Promise<string> {
    const topic = `millrace/replies/${randomUUID()}`;
    this.#main.client.on("message", (from, _payload, packet) => {
      if (from !== topic) return;
      const correlation = packet.properties?.correlationData?.toString() ?? "";
      this.#pending.get(correlation)?.(packet);
    });
    await this.#main.subscribe(topic, 1);
    return topic;
  }

  async #end(link: Link): Promise<void> {
    this.#links.delete(link);
    await link.end();
  }

  #changed(): void {
    const lost = [...this.#links].find((link) => link.lost);
    this.#context.onState(lost === undefined ? "connected" : "reconnecting", lost?.cause);
  }
}

function clientOptions(
  options: MqttOptions,
  server: { user?: string; password?: string },
): IClientOptions {
  const username = options.user ?? server.user;
  const password = options.password ?? server.password;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...options.tls,
    keepalive: options.keepalive ?? 30,
  };
}

function willOf({
  topic,
  payload,
  qos = 1,
  retain = false,
}: NonNullable<MqttOptions["will"]>): NonNullable<IClientOptions["will"]> {
  return { topic, payload: Buffer.from(payload as string), qos, retain };
}

/** 132 is MQTT 5's "unsupported protocol version", 1 the older CONNACK's. */
function refusesVersion(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === 132 || cause.code === 1);
}
