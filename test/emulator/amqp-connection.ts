/** A connection to an AMQP broker that hides nothing: methods out, methods in, as they come. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  content,
  method,
  PROTOCOL_HEADER,
  readFrames,
  readHeader,
  readMethod,
  type ReadMethod,
} from "./amqp-wire.ts";
import type { Fields } from "./amqp-values.ts";

/** A method that came, with its message where it brings one. */
export interface Received extends ReadMethod {
  readonly channel: number;
  readonly message: { properties: string; replyTo: string | null; body: string } | null;
}

export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly frameMax?: number;
}

const WITH_MESSAGE = new Set(["basic.deliver", "basic.get-ok", "basic.return"]);

export class AmqpConnection implements AsyncDisposable {
  /** What came and was not taken yet. */
  readonly received: Received[] = [];
  frameMax = 131_072;
  /** That came, with the eight bytes around it. */
  largestFrame = 0;
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  readonly #partial = new Map<
    number,
    { method: ReadMethod; size: number; properties: string; replyTo: string | null; body: Buffer }
  >();
  #closed = false;
  #told = false;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#read();
      for (const look of this.#waiting) look();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
      for (const look of this.#waiting) look();
    });
  }

  /** Open, without heartbeats. */
  static async open(url: string, login: Login = {}): Promise<AmqpConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const connection = new AmqpConnection(socket);
    await once(socket, "connect");
    socket.write(PROTOCOL_HEADER);
    await connection.take("connection.start");
    const { user = "guest", password = "guest", vhost = "/", frameMax = 131_072 } = login;
    connection.send(0, "connection.start-ok", {
      clientProperties: {
        capabilities: { consumer_cancel_notify: true, authentication_failure_close: true },
      },
      mechanism: "PLAIN",
      response: `\0${user}\0${password}`,
      locale: "en_US",
    });
    await connection.take("connection.tune");
    connection.frameMax = frameMax;
    connection.send(0, "connection.tune-ok", { channelMax: 2047, frameMax, heartbeat: 0 });
    connection.send(0, "connection.open", { virtualHost: vhost });
    await connection.take("connection.open-ok");
    return connection;
  }

  /** Whether the server has said so, or has just left. */
  get isClosed(): boolean {
    return this.#closed || this.#told;
  }

  send(channel: number, name: string, fields: Fields = {}): void {
    this.write(method(channel, name, fields));
  }

  publish(channel: number, fields: Fields, properties: Fields, body: string): void {
    const message = content(channel, properties, Buffer.from(body), this.frameMax);
    this.write(Buffer.concat([method(channel, "basic.publish", fields), message]));
  }

  write(bytes: Buffer): void {
    if (!this.#closed) this.#socket.write(bytes);
  }

  /** Waits until this is so; returns at once where the connection is closed. `patience` in ms. */
  async until(reached: () => boolean, patience = 30_000): Promise<void> {
    if (reached() || this.isClosed) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer: ${JSON.stringify(this.received)}`)),
        patience,
      );
      const look = () => {
        if (!reached() && !this.isClosed) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** Waits for this method and takes it. @throws where the connection ends before. */
  async take(name: string, channel = 0): Promise<Received> {
    const wanted = (each: Received) => each.name === name && each.channel === channel;
    await this.until(() => this.received.some(wanted));
    const found = this.received.findIndex(wanted);
    const [taken] = found < 0 ? [] : this.received.splice(found, 1);
    if (taken === undefined)
      throw new Error(`closed before ${name}: ${JSON.stringify(this.received)}`);
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #read(): void {
    const { frames, length } = readFrames(this.#bytes);
    this.#bytes = this.#bytes.subarray(length);
    for (const { type, channel, payload } of frames) {
      const partial = this.#partial.get(channel);
      this.largestFrame = Math.max(this.largestFrame, payload.length + 8);
      if (type === 1) {
        const read = readMethod(payload);
        if (WITH_MESSAGE.has(read.name))
          this.#partial.set(channel, {
            method: read,
            size: -1,
            properties: "",
            replyTo: null,
            body: Buffer.alloc(0),
          });
        else this.#got({ ...read, channel, message: null });
      } else if (partial !== undefined) {
        if (type === 2) Object.assign(partial, readHeader(payload));
        else partial.body = Buffer.concat([partial.body, payload]);
        if (partial.body.length < partial.size) continue;
        this.#partial.delete(channel);
        const { properties, replyTo, body } = partial;
        const message = { properties, replyTo, body: body.toString("latin1") };
        this.#got({ ...partial.method, channel, message });
      } else if (type !== 8) throw new Error(`a frame of type ${type} comes out of order`);
    }
  }

  #got(received: Received): void {
    this.received.push(received);
    if (received.name === "channel.close") this.send(received.channel, "channel.close-ok");
    if (received.name === "connection.close-ok") this.#socket.end();
    if (received.name !== "connection.close") return;
    this.send(0, "connection.close-ok");
    this.#told = true;
  }
}
