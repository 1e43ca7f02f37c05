/**
 * Bytes to commands: https://docs.nats.io/reference/reference-protocols/nats-protocol
 * Verbs in any case, arguments between blanks or tabs, lines ended by LF with or without CR, payloads by CR LF.
 * Nothing behind this file sees a byte offset.
 */
import { ByteWindow } from "../../bytes.ts";
import { Words } from "./words.ts";

export type Command =
  | { readonly op: "connect"; readonly options: unknown }
  | { readonly op: "ping" }
  | { readonly op: "pong" }
  | {
      readonly op: "pub";
      readonly subject: string;
      readonly reply: string | undefined;
      readonly headers: Uint8Array | undefined;
      readonly payload: Uint8Array;
    }
  | { readonly op: "sub"; readonly subject: string; readonly queue?: string; readonly sid: string }
  | { readonly op: "unsub"; readonly sid: string; readonly max: number }
  /** A server's word (`INFO`, `+OK`) that a client may send and nobody acts on. */
  | { readonly op: "ignored" };

/** Why the bytes cannot be understood. The connection ends; `answer` is said before, where the server says anything. */
export class WireError extends Error {
  readonly answer: string | null;
  constructor(message: string, answer: string | null) {
    super(message);
    this.name = "WireError";
    this.answer = answer;
  }
}

export interface ParserLimits {
  /** Of a payload with its headers, bytes. */
  maxPayload(): number;
  /** Of a command's arguments, bytes: 4096 in nats-server. */
  readonly maxControlLine: number;
  /** Whether the client said in CONNECT that it sends headers. */
  headers(): boolean;
  /** Whether credentials are still awaited: then the first letter must be CONNECT's. */
  onlyConnect(): boolean;
}

/** By verb, what its arguments say. nats-server's parser.go and client.go are the reference for what is an error. */
const readers = {
  CONNECT: readConnect,
  SUB: readSub,
  UNSUB: readUnsub,
  PING: (): Command => ({ op: "ping" }),
  PONG: (): Command => ({ op: "pong" }),
  INFO: (): Command => ({ op: "ignored" }),
  "+OK": (): Command => ({ op: "ignored" }),
  "-ERR": (): Command => {
    throw new WireError("the client reports an error", null);
  },
} satisfies Record<string, (text: string) => Command>;

/** Those that a payload follows are not read as text. */
type Verb = keyof typeof readers | "PUB" | "HPUB";
const verbs = ["PUB", "HPUB", ...(Object.keys(readers) as (keyof typeof readers)[])] as const;
/** Verbs that need a blank before their arguments; the others take what follows up to the line's end. */
const separated: ReadonlySet<Verb> = new Set(["PUB", "HPUB", "SUB", "UNSUB", "-ERR"]);

const LF = 10;
const CR = 13;
const BLANK = 32;
const TAB = 9;
const LETTER_H = 104;
const LETTER_P = 112;
const LETTER_U = 117;
const LETTER_B = 98;

export class Parser {
  readonly #limits: ParserLimits;
  readonly #window = new ByteWindow();
  readonly #words = new Words(this.#window);
  // What a PUB or HPUB line has announced, fields and no object: this is read for every message.
  #announced = false;
  #subject = "";
  #reply: string | undefined = undefined;
  #headerSize = 0;
  #size = 0;

  constructor(limits: ParserLimits) {
    this.#limits = limits;
  }

  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
  }

  /**
   * The next whole command, or null until more bytes come.
   * @throws {WireError} as soon as the bytes cannot become a command. The parser is of no use after.
   */
  next(): Command | null {
    if (!this.#announced) {
      const verb = this.#verb();
      const end = verb === null ? -1 : this.#lineEnd(verb);
      if (verb === null || end < 0) return null;
      if (verb !== "PUB" && verb !== "HPUB") return this.#readLine(verb, end);
      this.#announce(verb, end);
    }
    return this.#readPayload();
  }

  /** Where the line's arguments end; -1 until it is whole. */
  #lineEnd({ length }: Verb): number {
    const end = this.#window.indexOf(LF, length);
    const line = end < 0 ? this.#window.length : end;
    // Two more for the blank and the CR, which the limit does not count.
    if (line - length > this.#limits.maxControlLine + 2)
      throw new WireError("control line too long", "maximum control line exceeded");
    return end > length && this.#window.at(end - 1) === CR ? end - 1 : end;
  }

  #readLine(verb: keyof typeof readers, end: number): Command {
    const text = this.#window.text(verb.length, end);
    this.#skipLine(end);
    return readers[verb](text);
  }

  #announce(verb: "PUB" | "HPUB", end: number): void {
    const withHeaders = verb === "HPUB";
    if (withHeaders && !this.#limits.headers())
      throw new WireError("HPUB from a client that did not announce headers", null);
    const words = this.#words;
    const count = words.find(verb.length, end);
    const least = withHeaders ? 3 : 2;
    if (count !== least && count !== least + 1)
      throw new WireError(`${verb} takes subject, reply and sizes`, null);
    const size = words.size(count - 1);
    const headerSize = withHeaders ? words.size(count - 2) : 0;
    if (headerSize < 0 || size < 0 || headerSize > size)
      throw new WireError("a size that is none", null);
    if (size > this.#limits.maxPayload())
      throw new WireError("payload too large", "Maximum Payload Violation");
    this.#subject = words.subject(0);
    this.#reply = count > least ? words.text(1) : undefined;
    this.#headerSize = headerSize;
    this.#size = size;
    this.#announced = true;
    this.#skipLine(end);
  }

  #skipLine(end: number): void {
    this.#window.skip(this.#window.at(end) === CR ? end + 2 : end + 1);
  }

  /** The verb at the start; null until it is whole. Wrong letters are refused before the line ends, as nats-server does. */
  #verb(): Verb | null {
    const frequent = this.#isPub(0) ? "PUB" : this.#isHpub() ? "HPUB" : null;
    if (frequent !== null && !this.#limits.onlyConnect()) return frequent;
    const start = this.#window.text(0, 8, "latin1").toUpperCase();
    if (start === "") return null;
    if (start[0] !== "C" && this.#limits.onlyConnect())
      throw new WireError("no CONNECT first", "Authorization Violation");
    for (const verb of verbs) {
      if (start.startsWith(verb)) {
        const after = start[verb.length];
        if (!separated.has(verb)) return verb;
        if (after === undefined) return null;
        if (after === " " || after === "\t") return verb;
      } else if (verb.startsWith(start)) {
        return null;
      }
    }
    throw unknownOperation();
  }

  /** The most frequent by far: known without making text of it. */
  #isPub(from: number): boolean {
    const window = this.#window;
    if ((window.at(from) | 32) !== LETTER_P || (window.at(from + 1) | 32) !== LETTER_U)
      return false;
    const after = window.at(from + 3);
    return (window.at(from + 2) | 32) === LETTER_B && (after === BLANK || after === TAB);
  }

  #isHpub(): boolean {
    return (this.#window.at(0) | 32) === LETTER_H && this.#isPub(1);
  }

  #readPayload(): Command | null {
    const size = this.#size;
    // What stands where CR LF must be is judged as soon as it is there.
    const cr = this.#window.at(size);
    const lf = this.#window.at(size + 1);
    if ((cr !== -1 && cr !== CR) || (lf !== -1 && lf !== LF)) throw unknownOperation();
    if (lf === -1) return null;
    const headers = this.#headerSize > 0 ? this.#window.take(this.#headerSize) : undefined;
    const payload = this.#window.take(size - this.#headerSize);
    this.#window.skip(2);
    this.#announced = false;
    return { op: "pub", subject: this.#subject, reply: this.#reply, headers, payload };
  }
}

function readConnect(text: string): Command {
  try {
    return { op: "connect", options: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new WireError(`CONNECT without readable JSON: ${String(cause)}`, null);
  }
}

function readSub(text: string): Command {
  const words = split(text);
  const [subject, second, third] = words;
  if (subject === undefined || second === undefined || words.length > 3)
    throw new WireError("SUB takes subject, queue and sid", null);
  return third === undefined
    ? { op: "sub", subject, sid: second }
    : { op: "sub", subject, queue: second, sid: third };
}

function readUnsub(text: string): Command {
  const words = split(text);
  const [sid, max] = words;
  if (sid === undefined || words.length > 2) throw new WireError("UNSUB takes sid and max", null);
  return { op: "unsub", sid, max: max === undefined ? 0 : Math.max(0, readSize(max)) };
}

function split(text: string): string[] {
  const words = (text.startsWith(" ") ? text.slice(1) : text).split(" ");
  // One blank between words is what clients write; anything else is taken apart slowly.
  if (!words.includes("") && !text.includes("\t")) return words;
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

/** Digits only, as nats-server reads them; -1 for anything else. */
function readSize(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : -1;
}

function unknownOperation(): WireError {
  return new WireError("no NATS command", "Unknown Protocol Operation");
}
