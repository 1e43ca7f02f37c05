/**
 * The words of a PUB or HPUB line, read from the bytes: no text is made of the line and no list of its words, as this is
 * what a server does most.
 */
import type { ByteWindow } from "../../bytes.ts";

const BLANK = 32;
const TAB = 9;
const DIGIT_0 = 48;
/** HPUB has four; one more tells that there are too many. */
const MAX_WORDS = 5;

export class Words {
  readonly #window: ByteWindow;
  readonly #starts = new Int32Array(MAX_WORDS);
  readonly #ends = new Int32Array(MAX_WORDS);
  #count = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /** How many there are between the two places; of more than there may be, the first ones. */
  find(from: number, to: number): number {
    this.#count = 0;
    let inside = false;
    for (let place = from; place < to; place++) {
      const byte = this.#window.at(place);
      const blank = byte === BLANK || byte === TAB;
      if (blank === inside) {
        if (inside) this.#ends[this.#count++] = place;
        else if (this.#count === MAX_WORDS) return MAX_WORDS;
        else this.#starts[this.#count] = place;
        inside = !inside;
      }
    }
    if (inside) this.#ends[this.#count++] = to;
    return this.#count;
  }

  text(word: number): string {
    return this.#window.text(this.#starts[word] ?? 0, this.#ends[word] ?? 0);
  }

  /** The word as a number: up to ten digits, as nats-server reads them; -1 for anything else. */
  size(word: number): number {
    const start = this.#starts[word] ?? 0;
    const end = this.#ends[word] ?? 0;
    if (end === start || end - start > 10) return -1;
    let value = 0;
    for (let place = start; place < end; place++) {
      const digit = this.#window.at(place) - DIGIT_0;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** The word as a subject: one that came lately is not made anew. */
  subject(word: number): string {
    const start = this.#starts[word] ?? 0;
    const end = this.#ends[word] ?? 0;
    let hash = 0;
    for (let place = start; place < end; place++)
      hash = (Math.imul(hash, 31) + this.#window.at(place)) | 0;
    const slot = hash & (RECENT - 1);
    const known = recent[slot];
    if (known !== undefined && this.#is(known, start, end)) return known;
    return (recent[slot] = this.#window.text(start, end));
  }

  #is(text: string, start: number, end: number): boolean {
    if (text.length !== end - start) return false;
    for (let index = 0; index < text.length; index++) {
      const byte = this.#window.at(start + index);
      // What is not ASCII takes more bytes than letters, and is read anew each time.
      if (byte > 127 || byte !== text.charCodeAt(index)) return false;
    }
    return true;
  }
}

/** A power of two. */
const RECENT = 256;
/** All connections' subjects, by their bytes: who publishes and who answers use the same. */
const recent: string[] = Array.from({ length: RECENT }, () => "");
