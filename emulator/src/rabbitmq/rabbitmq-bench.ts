/** For tests: a client that sends the RabbitMQ emulator each method that there is, and notes what it answers. */
import { createClock } from "../clock.ts";
import { createFaultEngine } from "../fault-engine.ts";
import { createJournal } from "../journal.ts";
import type { Protocol, Session } from "../protocol.ts";
import { rabbitmq } from "./protocol.ts";
import { Content } from "./wire/content.ts";
import { contentFrames } from "./wire/content-frames.ts";
import { FrameReader, PROTOCOL_HEADER } from "./wire/frames.ts";
import { methodLayouts } from "./wire/method-layouts.ts";
import {
  decodeMethod,
  encodeMethod,
  hasContent,
  type Method,
  type MethodName,
} from "./wire/methods.ts";
import { NO_FIELDS } from "./wire/values.ts";

export interface Answers {
  readonly mechanisms: readonly string[];
  readonly capabilities: readonly string[];
  readonly tune: {
    readonly channelMax: number;
    readonly frameMax: number;
    readonly heartbeat: number;
  };
  /** What each method is answered with, "" where nothing comes. Those that a server does not take are not in it. */
  readonly replies: ReadonlyMap<string, string>;
}

export async function askServer(): Promise<Answers> {
  const clock = createClock();
  const context = {
    clock,
    journal: createJournal(clock),
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1024 * 1024,
    log: () => {},
  };
  const protocol = await rabbitmq.open(context);
  try {
    return ask(protocol);
  } finally {
    await protocol.close();
  }
}

function ask(protocol: Protocol): Answers {
  const replies = new Map<string, string>();
  const names = Object.keys(methodLayouts) as MethodName[];
  for (const name of names) {
    const client = new Client(protocol);
    const reply = client.ask(name);
    client.leave();
    if (reply !== null) replies.set(name, reply);
  }
  const client = new Client(protocol);
  const { start, tune } = client;
  client.leave();
  const capabilities = start.serverProperties.get("capabilities");
  return {
    mechanisms: start.mechanisms.toString().split(" "),
    capabilities: capabilities?.type === "table" ? [...capabilities.value.keys()] : [],
    tune,
    replies,
  };
}

/** Fields that mean something; all others are false, zero and empty. */
const FIELDS: Readonly<Record<string, unknown>> = {
  queue: "q",
  exchange: "e",
  destination: "e",
  source: "e",
  type: "fanout",
  consumerTag: "c",
  deliveryTag: 1,
  active: true,
  requeue: true,
  mechanism: "PLAIN",
  response: Buffer.from("\0guest\0guest"),
  virtualHost: "/",
  channelMax: 100,
  frameMax: 4096,
};
const EMPTY: Readonly<Record<string, unknown>> = {
  bit: false,
  shortstr: "",
  longstr: Buffer.alloc(0),
  table: NO_FIELDS,
};
/** How a connection begins. */
const BEGINNING: readonly MethodName[] = [
  "connection.start-ok",
  "connection.tune-ok",
  "connection.open",
];

class Client {
  readonly start: Extract<Method, { name: "connection.start" }>;
  readonly tune: Extract<Method, { name: "connection.tune" }>;
  readonly #session: Session;
  readonly #reader = new FrameReader();

  constructor(protocol: Protocol) {
    this.#session = protocol.accept({
      id: 1,
      clientPort: null,
      serverPort: 5672,
      write: (bytes) => (this.#reader.push(Buffer.from(bytes)), 0),
      writeText: () => 0,
      pause() {},
      resume() {},
      end() {},
      destroy() {},
    });
    this.#session.receive(PROTOCOL_HEADER);
    this.start = this.#only("connection.start");
    this.#say("connection.start-ok", 0);
    this.tune = this.#only("connection.tune");
  }

  /** The name of what answers; null where it is refused as nothing that a server takes. */
  ask(name: MethodName): string | null {
    if (name === "connection.start-ok") return this.tune.name;
    for (const step of BEGINNING.slice(1)) {
      this.#say(step, 0);
      const [answer] = this.#heard();
      if (step === name) return answer?.name ?? "";
    }
    if (!name.startsWith("connection.")) this.#prepare(name);
    this.#say(name, name.startsWith("connection.") ? 0 : 1);
    const [answer] = this.#heard();
    if (answer?.name === "connection.close" && [503, 504].includes(answer.replyCode)) return null;
    return answer?.name ?? "";
  }

  leave(): void {
    this.#session.closed();
  }

  /** A channel with all that methods are about. */
  #prepare(name: MethodName): void {
    const first: MethodName[] = name === "channel.open" ? [] : ["channel.open"];
    if (name.startsWith("tx.") && name !== "tx.select") first.push("tx.select");
    if (!/^(channel|tx|confirm|access)/.test(name))
      first.push("exchange.declare", "queue.declare", "basic.publish");
    if (/ack|reject/.test(name)) first.push("basic.get");
    for (const step of first)
      if (step !== name) this.#say(step, 1, "basic.publish" === step ? "" : undefined);
    this.#heard();
  }

  #say(name: MethodName, channel: number, exchange?: string): void {
    const [, , layout] = methodLayouts[name];
    const fields = Object.entries(layout).map(([field, kind]) => [
      field,
      FIELDS[field] ?? EMPTY[kind] ?? 0,
    ]);
    const routed = exchange === undefined ? {} : { exchange, routingKey: "q" };
    const method = { name, ...Object.fromEntries(fields), ...routed } as Method;
    const frame = encodeMethod(channel, method);
    const content = Content.of({}, Buffer.from("x"));
    const frames = hasContent(name) ? contentFrames(channel, frame, content, 4096) : [frame];
    for (const each of frames) this.#session.receive(each);
  }

  #heard(): Method[] {
    const heard: Method[] = [];
    for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next())
      if (frame.type === "method") heard.push(decodeMethod(frame.payload));
    return heard;
  }

  #only<Name extends MethodName>(name: Name): Extract<Method, { name: Name }> {
    const found = this.#heard().find((method) => method.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found as Extract<Method, { name: Name }>;
  }
}
