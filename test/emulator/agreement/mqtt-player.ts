/**
 * Plays a script on an MQTT broker and tells all packets that every line brought, to whom. A line says who and what:
 *
 *     a connect clean expiry=60 receive=2 will=w/1,1,retain
 *     b subscribe s/+ 1 nolocal rap rh=2 id=7
 *     a publish s/1 2 retain body=x expiry=60 user=1
 *     b ack                                          the oldest packet that waits for its acknowledgement; `ack all`
 *     a publish - 0 alias=1                          to the topic that the alias stands for
 *     a disconnect will expiry=0                     or `a drop`: the connection ends without a word
 *
 * A line of a client that is not connected brings nothing. Packets are made and read by mqtt-packet, which is neither side's.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type IPublishPacket, type Packet, parser, type QoS } from "mqtt-packet";

export type Line = readonly string[];
export type Version = 4 | 5;

export interface Stage {
  readonly versions: Readonly<Record<string, Version>>;
  /** Whether all that comes is acknowledged at once; else lines do it. */
  readonly acknowledges: boolean;
  /** Where something may be retained. */
  readonly topics: readonly string[];
}

export class Player implements AsyncDisposable {
  readonly #url: string;
  readonly #stage: Stage;
  readonly #clients = new Map<string, Client>();
  #told: string[] = [];

  constructor(url: string, stage: Stage) {
    this.#url = url;
    this.#stage = stage;
  }

  /** From an empty broker on. What clients get is in order for each, not between them; retained messages are in none. */
  async play(script: readonly Line[]): Promise<readonly string[]> {
    await this.#reset();
    const all: string[] = [];
    for (const line of script) {
      this.#told = [];
      await this.#run(line);
      await this.#settle();
      const byClient = this.#told.sort((one, other) => one.charCodeAt(0) - other.charCodeAt(0));
      all.push(`— ${line.join(" ")}`, ...runsSorted(byClient));
    }
    return all;
  }

  async #run([name = "", verb = "", ...rest]: Line): Promise<void> {
    if (verb === "connect") return this.#connect(name, rest);
    const client = this.#clients.get(name);
    if (client === undefined) return;
    if (verb === "drop" || verb === "disconnect") {
      this.#clients.delete(name);
      return verb === "drop" ? client.drop() : client.disconnect(rest);
    }
    if (verb === "ack") client.acknowledge(rest[0] === "all");
    else client.send(packetOf(verb, rest, client.nextId()));
  }

  async #connect(name: string, options: Line): Promise<void> {
    const version = this.#stage.versions[name] ?? 4;
    const client = await Client.open(this.#url, version, this.#stage.acknowledges, (text) =>
      this.#told.push(`${name} ${text}`),
    );
    const older = this.#clients.get(name);
    this.#clients.set(name, client);
    client.send(connectPacket(name, version, options));
    await client.answered("connack");
    await older?.gone();
  }

  /** Waits until every client has had its turn, and all that it brought. */
  async #settle(): Promise<void> {
    for (let before = -1; before !== this.#told.length;) {
      before = this.#told.length;
      for (const [name, client] of this.#clients) {
        await client.ping();
        if (client.isClosed) this.#clients.delete(name);
      }
    }
  }

  async #reset(): Promise<void> {
    for (const client of this.#clients.values()) await client.drop();
    this.#clients.clear();
    const empty = { acknowledges: true, told: () => {} };
    for (const name of Object.keys(this.#stage.versions)) {
      const client = await Client.open(this.#url, 4, empty.acknowledges, empty.told);
      client.send(connectPacket(name, 4, ["clean"]));
      await client.answered("connack");
      for (const topic of this.#stage.topics)
        client.send(packetOf("publish", [topic, "0", "retain", "body="], 1));
      await client.ping();
      await client.disconnect([]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reset();
  }
}

class Client {
  isClosed = false;
  readonly #socket: Socket;
  readonly #version: Version;
  readonly #told: (text: string) => void;
  /** What is to be acknowledged, oldest first. */
  readonly #open: Packet[] = [];
  readonly #acknowledges: boolean;
  #id = 0;
  #awaited: Packet["cmd"] | undefined;
  #wake: () => void = () => {};

  static async open(
    url: string,
    version: Version,
    acknowledges: boolean,
    told: (text: string) => void,
  ): Promise<Client> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const client = new Client(socket, version, acknowledges, told);
    await once(socket, "connect");
    return client;
  }

  private constructor(
    socket: Socket,
    version: Version,
    acknowledges: boolean,
    told: (text: string) => void,
  ) {
    this.#socket = socket;
    this.#version = version;
    this.#acknowledges = acknowledges;
    this.#told = told;
    const read = parser({ protocolVersion: version });
    read.on("packet", (packet: Packet) => this.#received(packet));
    socket.on("data", (chunk) => void read.parse(chunk));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  nextId(): number {
    return ++this.#id;
  }

  send(packet: Packet): void {
    this.#socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  /** Waits for the answer, or the end of the connection, which is told. */
  async answered(cmd: Packet["cmd"]): Promise<void> {
    this.#awaited = cmd;
    while (this.#awaited !== undefined && !this.isClosed)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.isClosed) this.#told("closed");
  }

  async ping(): Promise<void> {
    if (!this.isClosed) this.send({ cmd: "pingreq" });
    await this.answered("pingresp");
  }

  acknowledge(all: boolean): void {
    for (const packet of this.#open.splice(0, all ? this.#open.length : 1)) this.#answer(packet);
  }

  async disconnect(options: Line): Promise<void> {
    const expiry = number(options, "expiry");
    this.send({
      cmd: "disconnect",
      ...(this.#version === 5 ? { reasonCode: options.includes("will") ? 4 : 0 } : {}),
      ...(this.#version === 5 && expiry !== undefined
        ? { properties: { sessionExpiryInterval: expiry } }
        : {}),
    } as Packet);
    await this.gone();
  }

  /** The server notices, and closes in turn. */
  async drop(): Promise<void> {
    this.#socket.end();
    await this.gone();
  }

  async gone(): Promise<void> {
    if (!this.isClosed) await once(this.#socket, "close");
  }

  #received(packet: Packet): void {
    if (packet.cmd === this.#awaited) {
      this.#awaited = undefined;
      this.#wake();
    }
    // mosquitto 2.0.11 mostly leaves out why it closes.
    if (packet.cmd === "pingresp" || packet.cmd === "disconnect") return;
    this.#told(shown(packet));
    const waits = packet.cmd === "publish" ? packet.qos > 0 : waitsForAnswer(packet);
    if (!waits) return;
    // PUBREC and PUBREL are steps of exchanges that lines begin: the player always goes on with its own.
    if (this.#acknowledges || packet.cmd === "pubrec") this.#answer(packet);
    else this.#open.push(packet);
  }

  #answer({ cmd, messageId, ...packet }: Packet): void {
    if (messageId === undefined) return;
    if (cmd === "pubrec") return this.send({ cmd: "pubrel", messageId });
    if (cmd === "pubrel") return this.send({ cmd: "pubcomp", messageId });
    this.send({ cmd: (packet as IPublishPacket).qos === 1 ? "puback" : "pubrec", messageId });
  }
}

function waitsForAnswer(packet: Packet): boolean {
  if (packet.cmd === "pubrel") return true;
  // A refusal ends the exchange. MQTT 5 §4.3.3
  return packet.cmd === "pubrec" && ((packet as { reasonCode?: number }).reasonCode ?? 0) < 0x80;
}

/** With what follows one another and is retained in the order of the alphabet. */
function runsSorted(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const line of lines) {
    if (/^\w publish .*retain=true/.test(line)) {
      run.push(line);
      continue;
    }
    sorted.push(...run.sort(), line);
    run = [];
  }
  return [...sorted, ...run.sort()];
}

/** What a server makes up itself, or says of itself: how long a packet is counts that too. */
const OWN = ["cmd", "length", "properties"];

/** Properties come in any order, and time passes. */
function shown(packet: Packet): string {
  const { cmd, properties = {} } = packet as Packet & { properties?: object };
  const ofServer = cmd === "publish" || cmd === "pubrel";
  const fields = Object.entries(packet).filter(
    ([name]) =>
      !OWN.includes(name) &&
      (name !== "messageId" || !ofServer) &&
      (name !== "qos" || cmd === "publish"),
  );
  const sorted = Object.entries(properties).sort(([one], [other]) => (one < other ? -1 : 1));
  return [cmd, ...[...fields, ...(cmd === "connack" ? [] : sorted)].map(asText)]
    .filter((part) => part !== "")
    .join(" ");
}

function asText([name, value]: readonly [string, unknown]): string {
  if (value === false || value === undefined || value === null) return "";
  if (name === "messageExpiryInterval") return `${name}≈${Math.round(Number(value) / 10) * 10}`;
  return `${name}=${Buffer.isBuffer(value) ? value.toString() : JSON.stringify(value)}`;
}

// ------------------------------------------------------------ lines to packets

function connectPacket(clientId: string, version: Version, options: Line): Packet {
  const [topic, qos = "0", retain] = word(options, "will")?.split(",") ?? [];
  const properties = {
    sessionExpiryInterval: number(options, "expiry"),
    receiveMaximum: number(options, "receive"),
    maximumPacketSize: number(options, "size"),
  };
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: version,
    clientId,
    clean: options.includes("clean"),
    keepalive: 0,
    ...(version === 5 ? { properties: present(properties) } : {}),
    ...(topic === undefined
      ? {}
      : {
          will: {
            topic,
            payload: Buffer.from(`will of ${clientId}`),
            qos: Number(qos) as QoS,
            retain: retain !== undefined,
          },
        }),
  };
}

function packetOf(verb: string, [where = "", ...options]: Line, messageId: number): Packet {
  const qos = Number(options[0] ?? 0) as QoS;
  switch (verb) {
    case "publish":
      return {
        cmd: "publish",
        topic: where === "-" ? "" : where,
        payload: Buffer.from(word(options, "body") ?? "x"),
        qos,
        dup: false,
        retain: options.includes("retain"),
        messageId,
        properties: publishProperties(options),
      };
    case "subscribe":
      return {
        cmd: "subscribe",
        messageId,
        subscriptions: [
          {
            topic: where,
            qos,
            nl: options.includes("nolocal"),
            rap: options.includes("rap"),
            rh: number(options, "rh") ?? 0,
          },
        ],
        properties: present({ subscriptionIdentifier: number(options, "id") }),
      } as Packet;
    case "unsubscribe":
      return { cmd: "unsubscribe", messageId, unsubscriptions: [where] };
    default:
      throw new Error(`there is no line of "${verb}"`);
  }
}

function publishProperties(options: Line): NonNullable<IPublishPacket["properties"]> {
  const user = word(options, "user");
  const correlation = word(options, "correlation");
  return present({
    messageExpiryInterval: number(options, "expiry"),
    topicAlias: number(options, "alias"),
    contentType: word(options, "type"),
    responseTopic: word(options, "answer"),
    correlationData: correlation === undefined ? undefined : Buffer.from(correlation),
    payloadFormatIndicator: options.includes("text") ? true : undefined,
    userProperties: user === undefined ? undefined : { name: user.split(",") },
  });
}

function word(options: Line, name: string): string | undefined {
  return options.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

function number(options: Line, name: string): number | undefined {
  const found = word(options, name);
  return found === undefined ? undefined : Number(found);
}

function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as never;
}
