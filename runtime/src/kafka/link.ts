/**
 * Whether Kafka can be reached. kafkajs says nothing of lost connections (and reconnects by itself), so this watches
 * its sockets, and tries on its own until somebody answers again.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import type { Clients, Watch } from "./client.ts";
import type { ISocketFactory } from "./driver.ts";

/** The broker ends connections that nobody used for `connections.max.idle.ms`, 10 minutes: that is no outage. */
const IDLE = 5 * 60_000;

export class Link {
  /** Resolves when Kafka answers again; absent while it does. */
  back: Promise<void> | undefined;
  readonly #context: DriverContext;
  readonly #used = new Map<Socket, { bytes: number; since: number }>();
  #shown = "";
  #probe: (() => Promise<void>) | undefined;
  #sampling: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #watching: Watch | undefined;
  #closed = false;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  /** From now on losses count. `probe` resolves when a broker answers. */
  async begin(clients: Clients, probe: () => Promise<void>): Promise<void> {
    this.#shown = clients.shown;
    this.#watching = await clients.watch?.((cause) => this.lost(cause));
    this.#probe = this.#watching?.probe ?? probe;
    this.#sampling = setInterval(() => this.#sample(), IDLE / 5).unref();
    this.#context.onState("connected");
  }

  /** Makes a client's sockets, as kafkajs would; `opened` is told of each. */
  sockets(opened: (socket: Socket) => void): ISocketFactory {
    return ({ host, port, ssl, onConnect }) => {
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl
        ? connectTls({ host, port, ...name, ...(typeof ssl === "object" ? ssl : {}) }, onConnect)
        : connectTcp({ host, port }, onConnect);
      // Small requests that wait for answers: Nagle's algorithm would only hold them back.
      socket.setNoDelay(true).setKeepAlive(true, 60_000);
      opened(socket);
      this.#watch(socket, `${host}:${port}`);
      return socket;
    };
  }

  /** A connection or consumer failed: unless Kafka answers at once, everybody waits until it does. */
  lost(cause: Error): void {
    if (this.back !== undefined || this.#closed || this.#probe === undefined) return;
    this.#context.logger.warn(
      `lost the connection to Kafka at ${this.#shown}; reconnecting (${cause.message})`,
    );
    this.#context.onState("reconnecting", cause);
    this.back = this.#reconnect();
  }

  close(): void {
    this.#closed = true;
    this.#watching?.stop();
    clearInterval(this.#sampling);
    this.#wake?.();
    this.#context.onState("closed");
  }

  async #reconnect(): Promise<void> {
    const backoff = createBackoff();
    while (!this.#closed) {
      await this.#pause(backoff.delay);
      if (this.#closed) return;
      try {
        await this.#probe?.();
      } catch {
        backoff.failed();
        continue;
      }
      if (this.#closed) return;
      this.back = undefined;
      this.#context.logger.info(`connected to Kafka at ${this.#shown} again`);
      this.#context.onState("connected");
      return;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #watch(socket: Socket, address: string): void {
    let connected = false;
    let cause: Error | undefined;
    socket.once("connect", () => {
      connected = true;
      this.#used.set(socket, { bytes: 0, since: Date.now() });
    });
    // At this moment our side is still open, unless it was us who ended it.
    socket.once("end", () => {
      if (!socket.writableEnded) cause ??= new Error(`${address} closed it`);
    });
    socket.once("error", (error) => (cause ??= error));
    socket.once("close", () => {
      const used = this.#used.get(socket);
      this.#used.delete(socket);
      const idle = used !== undefined && Date.now() - used.since > IDLE;
      if (connected && cause !== undefined && !idle) this.lost(cause);
    });
  }

  #sample(): void {
    for (const [socket, used] of this.#used) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== used.bytes) this.#used.set(socket, { bytes, since: Date.now() });
    }
  }
}
