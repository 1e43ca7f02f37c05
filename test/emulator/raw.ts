/** A bare socket to a broker: what was sent and what came back, byte for byte. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** How long a broker may take for an answer before the test fails: mosquitto looks for silent clients every 5 s. */
const PATIENCE = 30_000;

export class RawClient implements AsyncDisposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #changed: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
      this.#changed();
    });
  }

  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const client = new RawClient(socket);
    await once(socket, "connect");
    return client;
  }

  /** Sends each part in a packet of its own, as far as the system keeps them apart. */
  send(...parts: (string | Uint8Array)[]): void {
    for (const part of parts) this.#socket.write(part);
  }

  /** All that has come, as soon as `enough` says so of it. */
  async until(enough: (received: Buffer) => boolean): Promise<Buffer> {
    await this.#wait(() => enough(this.#received), "the answer");
    return this.#received;
  }

  /** All that has come when the server has closed the connection. */
  async untilClosed(): Promise<Buffer> {
    await this.#wait(() => this.#ended, "the end of the connection");
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#ended;
  }

  /** Forgets what has come, up to and including the first `\r\n` after `length` bytes or just those bytes. */
  forget(length: number): void {
    this.#received = this.#received.subarray(length);
  }

  /** Stops or goes on taking what comes. */
  pause(): void {
    this.#socket.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #wait(reached: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `no sign of ${what}; until now: ${JSON.stringify(this.#received.toString("latin1"))}`,
          ),
        );
      }, PATIENCE);
      this.#changed = () => {
        if (!reached()) {
          if (this.#ended)
            reject(new Error(`closed after ${JSON.stringify(this.#received.toString("latin1"))}`));
          else return;
        }
        clearTimeout(timer);
        resolve();
      };
      this.#changed();
    });
  }
}
