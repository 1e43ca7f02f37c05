/**
 * What is asked of Redis and what it answers, as plain values: wire, model, commands and session speak of them alike.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * Bytes are strings, a character for each byte ("latin1"): keys of a Map, compared and cut as they are, and half as large
 * as a Buffer.
 */

/** Bytes, a character for each. */
export type Bytes = string;

/** What the bytes say in UTF-8. */
export function text(bytes: Bytes): string {
  // eslint-disable-next-line no-control-regex
  return /[^\x00-\x7f]/.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** string: bulk string; number and bigint: integer; null: null; array: array. What else there is has a class. */
export type Reply =
  | Bytes
  | number
  | bigint
  | null
  | boolean
  | readonly Reply[]
  | Status
  | Failure
  | Double
  | BigNumber
  | Verbatim
  | Pairs
  | Members
  | Couples
  | Push
  | Attributed
  | NullArray
  | Several
  | Silence;

/** A simple string. */
export class Status {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error, with its code: `ERR syntax error`. Returned or thrown, it is the answer. */
export class Failure extends Error {
  /** Whether INFO has counted it already: a script's own answer is often another command's error. */
  readonly counted: boolean;
  constructor(text: string, counted = false) {
    super(text);
    this.name = "Failure";
    this.counted = counted;
  }
}

/** RESP3's double; in RESP2 a bulk string. `text`: where it is written with other digits than the shortest. */
export class Double {
  readonly value: number;
  readonly text: string | undefined;
  constructor(value: number, text?: string) {
    this.value = value;
    this.text = text;
  }
}

/** RESP3's big number; in RESP2 a bulk string. */
export class BigNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

/** RESP3's verbatim string; in RESP2 a bulk string. */
export class Verbatim {
  readonly text: Bytes;
  readonly format: string;
  constructor(text: Bytes, format = "txt") {
    this.text = text;
    this.format = format;
  }
}

/** RESP3's map; in RESP2 an array. Keys and values in turn. */
export class Pairs {
  readonly flat: readonly Reply[];
  constructor(flat: readonly Reply[]) {
    this.flat = flat;
  }
}

/** RESP3's set; in RESP2 an array. */
export class Members {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Couples in an order that counts, a member and its score: in RESP3 an array of arrays, in RESP2 one flat array. */
export class Couples {
  readonly flat: readonly Reply[];
  constructor(flat: readonly Reply[]) {
    this.flat = flat;
  }
}

/** RESP3's push, which answers nothing; in RESP2 an array. */
export class Push {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** An answer with RESP3's attributes before it; RESP2 has none. */
export class Attributed {
  readonly attributes: Pairs;
  readonly reply: Reply;
  constructor(attributes: Pairs, reply: Reply) {
    this.attributes = attributes;
    this.reply = reply;
  }
}

/** The null of commands that otherwise answer an array: RESP2 tells it from the other null. */
export class NullArray {}
export const NULL_ARRAY: NullArray = new NullArray();

/** Several answers to one command: SUBSCRIBE answers each of its channels. */
export class Several {
  readonly replies: readonly Reply[];
  constructor(replies: readonly Reply[]) {
    this.replies = replies;
  }
}

/** No answer, or not now: of a client that is blocked, or that wants none. */
export class Silence {}
export const SILENCE: Silence = new Silence();
/** Not now: the server is paused, and the command has to come again. */
export const POSTPONED: Silence = new Silence();
/** None at all: a web page speaks, and its connection is to be cut. */
export const CUT: Silence = new Silence();

export const OK: Status = new Status("OK");
export const QUEUED: Status = new Status("QUEUED");

/** The protocol's version, as HELLO chooses it. */
export type ProtocolVersion = 2 | 3;

/** A command and its arguments, the name first. */
export type Argv = readonly Bytes[];
