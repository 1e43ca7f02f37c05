/**
 * Bytes to commands: https://docs.nats.io/reference/reference-protocols/nats-protocol
 * Verbs in any case, arguments between blanks or tabs, lines ended by LF with or without CR, payloads by CR LF.
 * Nothing behind this file sees a byte offset.
 */
import { ByteWindow } from "../../bytes.ts";

export type Command =
  | { readonly op: "connect"; readonly options: unknown }
  | { readonly op: "ping" }
  | { readonly op: "pong" }
  | {
      readonly op: "pub";
      readonly subject: string;
      readonly reply?: string;
      readonly headers?: Uint8Array;
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
  readonly maxPayload: number;
  /** Of a command's arguments, bytes: 4096 in nats-server. */
  readonly maxControlLine: number;
  /** Whether the client said in CONNECT that it sends headers. */
  headers(): boolean;
  /** Whether credentials are still awaited: then the first letter must be CONNECT's. */
  onlyConnect(): boolean;
}

/** The payload that a PUB or HPUB line announced. */
interface Announced {
  readonly subject: string;
  readonly reply?: string;
  readonly headerSize: number;
  readonly size: number;
}

type ArgumentsReader = (text: string, limits: ParserLimits) => Command | Announced;

/** By verb, what its arguments say. nats-server's parser.go and client.go are the reference for what is an error. */
const verbs = {
  CONNECT: readConnect,
  PUB: readPub,
  HPUB: readHpub,
  SUB: readSub,
  UNSUB: readUnsub,
  PING: (): Command => ({ op: "ping" }),
  PONG: (): Command => ({ op: "pong" }),
  INFO: (): Command => ({ op: "ignored" }),
  "+OK": (): Command => ({ op: "ignored" }),
  "-ERR": (): Command => {
    throw new WireError("the client reports an error", null);
  },
} satisfies Record<string, ArgumentsReader>;

type Verb = keyof typeof verbs;
const names = Object.keys(verbs) as Verb[];
/** Verbs that need a blank before their arguments; the others take what follows up to the line's end. */
const separated: ReadonlySet<Verb> = new Set(["PUB", "HPUB", "SUB", "UNSUB", "-ERR"]);

const LF = 10;
const CR = 13;

export class Parser {
  readonly #limits: ParserLimits;
  readonly #window = new ByteWindow();
  #announced: Announced | null = null;

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
    if (this.#announced === null) {
      const read = this.#readLine();
      if (read === null || "op" in read) return read;
      this.#announced = read;
    }
    return this.#readPayload(this.#announced);
  }

  #readLine(): Command | Announced | null {
    const verb = this.#verb();
    if (verb === null) return null;
    const end = this.#window.indexOf(LF, verb.length);
    const line = end < 0 ? this.#window.length : end;
    const { maxControlLine } = this.#limits;
    // Two more for the blank and the CR, which the limit does not count.
    if (line - verb.length > maxControlLine + 2)
      throw new WireError("control line too long", "maximum control line exceeded");
    if (end < 0) return null;
    const text = this.#window.peek(end).toString("utf8", verb.length).replace(/\r$/, "");
    this.#window.skip(end + 1);
    return verbs[verb](text, this.#limits);
  }

  /** The verb at the start; null until it is whole. Wrong letters are refused before the line ends, as nats-server does. */
  #verb(): Verb | null {
    const start = this.#window.peek(8).toString("latin1").toUpperCase();
    if (start === "") return null;
    if (start[0] !== "C" && this.#limits.onlyConnect())
      throw new WireError("no CONNECT first", "Authorization Violation");
    for (const verb of names) {
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

  #readPayload(announced: Announced): Command | null {
    const { size, headerSize, subject, reply } = announced;
    // What stands where CR LF must be is judged as soon as it is there.
    const ending = [this.#window.at(size), this.#window.at(size + 1)];
    if ((ending[0] !== -1 && ending[0] !== CR) || (ending[1] !== -1 && ending[1] !== LF))
      throw unknownOperation();
    if (this.#window.length < size + 2) return null;
    const bytes = this.#window.take(size);
    this.#window.skip(2);
    this.#announced = null;
    return {
      op: "pub",
      subject,
      payload: bytes.subarray(headerSize),
      ...(reply === undefined ? {} : { reply }),
      ...(headerSize === 0 ? {} : { headers: bytes.subarray(0, headerSize) }),
    };
  }
}

function readConnect(text: string): Command {
  try {
    return { op: "connect", options: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new WireError(`CONNECT without readable JSON: ${String(cause)}`, null);
  }
}

function readPub(text: string, limits: ParserLimits): Announced {
  const words = split(text);
  const [subject, second, third] = words;
  if (subject === undefined || second === undefined || words.length > 3)
    throw new WireError("PUB takes subject, reply and size", null);
  return announce(
    {
      subject,
      reply: third === undefined ? undefined : second,
      header: "0",
      total: third ?? second,
    },
    limits,
  );
}

function readHpub(text: string, limits: ParserLimits): Announced {
  if (!limits.headers())
    throw new WireError("HPUB from a client that did not announce headers", null);
  const words = split(text);
  const [subject, second, third, fourth] = words;
  if (subject === undefined || second === undefined || third === undefined || words.length > 4) {
    throw new WireError("HPUB takes subject, reply, header size and total size", null);
  }
  return fourth === undefined
    ? announce({ subject, reply: undefined, header: second, total: third }, limits)
    : announce({ subject, reply: second, header: third, total: fourth }, limits);
}

function announce(
  words: { subject: string; reply: string | undefined; header: string; total: string },
  limits: ParserLimits,
): Announced {
  const headerSize = readSize(words.header);
  const size = readSize(words.total);
  if (headerSize < 0 || size < 0 || headerSize > size)
    throw new WireError("a size that is none", null);
  if (size > limits.maxPayload)
    throw new WireError("payload too large", "Maximum Payload Violation");
  return {
    subject: words.subject,
    headerSize,
    size,
    ...(words.reply === undefined ? {} : { reply: words.reply }),
  };
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
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

/** Digits only, as nats-server reads them; -1 for anything else. */
function readSize(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : -1;
}

function unknownOperation(): WireError {
  return new WireError("no NATS command", "Unknown Protocol Operation");
}
