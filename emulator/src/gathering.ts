/**
 * What one turn of the loop writes to a connection, gathered so that it leaves in one piece: a call of the system costs
 * more than a message. Text and bytes go straight into the buffer, without an object for each message.
 */

/** How much leaves at once; more would only leave the processor's caches. */
const PIECE = 64 * 1024;
/** From here on a value leaves as it is, uncopied. */
const LARGE = 16 * 1024;
/** How many buffers wait for their next use, all connections together. */
const MAX_SPARE = 16;

const EMPTY = Buffer.alloc(0);
const spare: Buffer[] = [];

/** Where it goes. */
interface Outlet {
  send(bytes: Uint8Array): void;
  /** How many bytes the system has not taken yet; while it is none, the buffer of what was sent is free again. */
  waiting(): number;
}

export class Gathering {
  readonly #outlet: Outlet;
  readonly #endOfTurn = (): void => this.flush();
  #buffer: Buffer = EMPTY;
  #length = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** How many bytes wait, here and there. */
  get waiting(): number {
    return this.#outlet.waiting() + this.#length;
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length >= LARGE) {
      this.flush();
      this.#outlet.send(bytes);
      return;
    }
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** As UTF-8. */
  text(text: string): void {
    if (text.length * 3 > PIECE) return this.bytes(Buffer.from(text));
    this.#makeRoom(text.length * 3);
    const buffer = this.#buffer;
    const start = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        this.#length = start + buffer.write(text, start);
        return;
      }
      buffer[start + index] = code;
    }
    this.#length = start + text.length;
  }

  /** Sends what there is; the end of the turn does it in any case. */
  flush(): void {
    if (this.#length === 0) return;
    const buffer = this.#buffer;
    const bytes = buffer.subarray(0, this.#length);
    const behind = this.#outlet.waiting() > 0;
    this.#buffer = EMPTY;
    this.#length = 0;
    // Behind what waits it waits too, and holds no more than it needs.
    this.#outlet.send(behind ? Buffer.from(bytes) : bytes);
    if ((behind || this.#outlet.waiting() === 0) && spare.length < MAX_SPARE) spare.push(buffer);
  }

  #makeRoom(length: number): void {
    if (this.#length + length > this.#buffer.length) this.flush();
    if (this.#buffer !== EMPTY) return;
    this.#buffer = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
    process.nextTick(this.#endOfTurn);
  }
}
