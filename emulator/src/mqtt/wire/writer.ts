/** Writes a packet's body, then the fixed header before it, which tells its length. */

/** MQTT 5 §2.1.4: the largest length that four bytes tell. */
const MAX_LENGTH = 268_435_455;
/** The first byte and a length of four. */
const HEADER = 5;
const NOTHING = new Uint8Array(0);

/** One for all: a packet is written in one go. */
let scratch = Buffer.allocUnsafe(64 * 1024);

export class BodyWriter {
  #end = HEADER;

  byte(value: number): void {
    this.#room(1);
    scratch[this.#end++] = value;
  }

  uint16(value: number): void {
    this.#room(2);
    this.#end = scratch.writeUInt16BE(value, this.#end);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#end = scratch.writeUInt32BE(value, this.#end);
  }

  /** MQTT 5 §1.5.5: seven bits a byte, the low ones first. */
  variable(value: number): void {
    this.#room(4);
    this.#end = writeVariable(value, this.#end);
  }

  /** With its length before it. */
  text(value: string): void {
    // A character of UTF-16 is at most three bytes of UTF-8.
    this.#room(2 + value.length * 3);
    const length = scratch.write(value, this.#end + 2);
    scratch.writeUInt16BE(length, this.#end);
    this.#end += 2 + length;
  }

  /** With its length before it. */
  binary(value: Uint8Array): void {
    this.uint16(value.length);
    this.bytes(value);
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    scratch.set(value, this.#end);
    this.#end += value.length;
  }

  /** What `write` writes, its length as a variable byte integer before it. */
  section(write: () => void): void {
    const start = this.#end;
    this.#end++;
    write();
    const length = this.#end - start - 1;
    const size = variableSize(length);
    if (size > 1) {
      this.#room(size);
      scratch.copyWithin(start + size, start + 1, this.#end);
      this.#end += size - 1;
    }
    writeVariable(length, start);
  }

  /** The packet, with `tail` behind what was written. */
  packet(firstByte: number, tail: Uint8Array = NOTHING): Buffer {
    const length = this.#end - HEADER + tail.length;
    if (length > MAX_LENGTH) throw new RangeError(`a packet of ${length} bytes`);
    const start = HEADER - 1 - variableSize(length);
    scratch[start] = firstByte;
    writeVariable(length, start + 1);
    const packet = Buffer.allocUnsafe(this.#end - start + tail.length);
    scratch.copy(packet, 0, start, this.#end);
    packet.set(tail, this.#end - start);
    return packet;
  }

  #room(length: number): void {
    if (this.#end + length <= scratch.length) return;
    const larger = Buffer.allocUnsafe((this.#end + length) * 2);
    larger.set(scratch.subarray(0, this.#end));
    scratch = larger;
  }
}

function variableSize(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}

/** Returns where it ends. */
function writeVariable(value: number, at: number): number {
  let rest = value;
  while (rest > 127) {
    scratch[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  scratch[at++] = rest;
  return at;
}
