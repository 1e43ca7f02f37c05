/** The machine's memory: JavaScript's strings there, one byte for each sign, and back. */
import type { Bytes } from "../values.ts";

/** How large it may become, in bytes: then a script fails with "not enough memory". */
const MOST = 128 * 1024 * 1024;
const PAGE = 65_536;
/** Up to this length it is faster to go byte by byte than to call Node. */
const SHORT = 16;
/** So many short strings are kept, by where they stood. */
const KEPT = 1024;

/** As WebAssembly has it. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export class LuaMemory {
  readonly #memory: Memory;
  /** Lua has each string once. What stood where one is now is mostly the same: a command's name, a field's. */
  readonly #kept: Bytes[] = Array.from({ length: KEPT }, () => "");
  /** Growing replaces it. Only `grow` does: asking the memory each time takes longer than most strings. */
  #bytes: Buffer;
  #words: Uint32Array;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#bytes = Buffer.from(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(at: number, length: number): Bytes {
    if (length > SHORT) return this.#bytes.toString("latin1", at, at + length);
    const place = (at >>> 4) % KEPT;
    const kept = this.#kept[place] ?? "";
    if (this.#has(kept, at, length)) return kept;
    let text = "";
    for (let each = at; each < at + length; each++)
      text += String.fromCharCode(this.#bytes[each] ?? 0);
    this.#kept[place] = text;
    return text;
  }

  write(bytes: Bytes, at: number): void {
    const { length } = bytes;
    if (length > SHORT) this.#bytes.write(bytes, at, "latin1");
    else for (let each = 0; each < length; each++) this.#bytes[at + each] = bytes.charCodeAt(each);
  }

  /** Four bytes as a number. */
  word(at: number): number {
    return this.#words[at >>> 2] ?? 0;
  }

  copy(to: number, from: number, length: number): void {
    this.#bytes.copyWithin(to, from, from + length);
  }

  /** Makes it at least so large. Returns 1, or 0 where it must not. */
  grow(size: number): number {
    if (size > MOST) return 0;
    const wanted = Math.min(MOST, Math.max(size, this.size * 1.5));
    try {
      this.#memory.grow(Math.ceil((wanted - this.size) / PAGE));
    } catch {
      return 0;
    }
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
    return 1;
  }

  #has(text: Bytes, at: number, length: number): boolean {
    if (text.length !== length) return false;
    for (let each = 0; each < length; each++)
      if (text.charCodeAt(each) !== this.#bytes[at + each]) return false;
    return true;
  }
}
