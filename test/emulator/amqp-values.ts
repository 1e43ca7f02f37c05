/** Values of AMQP's fields and tables as bytes, and back as text that shows their types, for tests. */

/** What a table is written from: numbers as signedint, texts as longstr, or a value with its type: `typed("short", 5)`. */
export type Tabled =
  | number
  | string
  | boolean
  | null
  | Typed
  | readonly Tabled[]
  | { readonly [name: string]: Tabled };

export class Typed {
  readonly type: string;
  readonly value: number | string;
  constructor(type: string, value: number | string) {
    this.type = type;
    this.value = value;
  }
}

export type Fields = Readonly<Record<string, Tabled | Buffer>>;

const SIZES: Readonly<Record<string, number>> = { octet: 1, short: 2, long: 4, longlong: 8 };

export function encode(kind: string, value: Tabled | Buffer | undefined): Buffer {
  const size = SIZES[kind];
  if (size !== undefined) return integer(size, Number(value ?? 0));
  if (kind === "table")
    return sized(4, Buffer.concat(entries((value ?? {}) as Record<string, Tabled>)));
  const text = Buffer.isBuffer(value) ? value : Buffer.from(textOf(value));
  return sized(kind === "shortstr" ? 1 : 4, text);
}

function textOf(value: Tabled | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function integer(size: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)));
  return bytes.subarray(8 - size);
}

function sized(size: number, bytes: Buffer): Buffer {
  return Buffer.concat([integer(size, bytes.length), bytes]);
}

function entries(table: Readonly<Record<string, Tabled>>): Buffer[] {
  return Object.entries(table).map(([name, value]) =>
    Buffer.concat([encode("shortstr", name), tabled(value)]),
  );
}

function tabled(value: Tabled): Buffer {
  const letter = (text: string, bytes: Buffer) => Buffer.concat([Buffer.from(text), bytes]);
  if (value === null) return letter("V", Buffer.alloc(0));
  if (typeof value === "boolean") return letter("t", integer(1, value ? 1 : 0));
  if (typeof value === "number") return letter("I", integer(4, value));
  if (typeof value === "string") return letter("S", encode("longstr", value));
  if (value instanceof Typed) return typed(value);
  if (Array.isArray(value))
    return letter("A", sized(4, Buffer.concat((value as Tabled[]).map(tabled))));
  return letter("F", encode("table", value as Record<string, Tabled>));
}

/** The letter of each type, and how many bytes a number of it has. */
const TYPES: Readonly<Record<string, readonly [letter: string, size: number]>> = {
  byte: ["b", 1],
  unsignedbyte: ["B", 1],
  short: ["s", 2],
  unsignedshort: ["u", 2],
  signedint: ["I", 4],
  unsignedint: ["i", 4],
  long: ["l", 8],
  timestamp: ["T", 8],
};

function typed({ type, value }: Typed): Buffer {
  const [letter, size] = TYPES[type] ?? ["", 0];
  if (size > 0) return Buffer.concat([Buffer.from(letter), integer(size, Number(value))]);
  const bytes = Buffer.alloc(type === "float" ? 4 : 8);
  switch (type) {
    case "float":
      bytes.writeFloatBE(Number(value));
      return Buffer.concat([Buffer.from("f"), bytes]);
    case "double":
      bytes.writeDoubleBE(Number(value));
      return Buffer.concat([Buffer.from("d"), bytes]);
    case "decimal":
      return Buffer.concat([Buffer.from("D"), integer(1, 2), integer(4, Number(value))]);
    case "binary":
      return Buffer.concat([Buffer.from("x"), encode("longstr", String(value))]);
    default:
      throw new Error(`no type ${type}`);
  }
}

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(kind: string): string | number {
    if (kind === "shortstr") return this.bytes(this.number(1)).toString();
    if (kind === "longstr") return this.bytes(this.number(4)).toString();
    if (kind === "table") return table(this.bytes(this.number(4)));
    return this.number(SIZES[kind] ?? 0);
  }

  number(size: number, signed = false): number {
    const bytes = this.bytes(size);
    if (size < 7) return signed ? bytes.readIntBE(0, size) : bytes.readUIntBE(0, size);
    return Number(signed ? bytes.readBigInt64BE() : bytes.readBigUInt64BE());
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error("a value is longer than its frame");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A value of a table, as text. */
  tabled(): string {
    const letter = this.bytes(1).toString();
    const named = Object.entries(TYPES).find(([, each]) => each[0] === letter);
    if (named !== undefined)
      return `${named[0]}:${this.number(named[1][1], /[bsIlT]/.test(letter))}`;
    switch (letter) {
      case "S":
        return JSON.stringify(this.bytes(this.number(4)).toString("latin1"));
      case "x":
        return `binary:${this.bytes(this.number(4)).toString("hex")}`;
      case "t":
        return String(this.number(1) !== 0);
      case "V":
        return "void";
      case "F":
        return `{${table(this.bytes(this.number(4)))}}`;
      case "A": {
        const items = new Reader(this.bytes(this.number(4)));
        const shown: string[] = [];
        while (!items.done) shown.push(items.tabled());
        return `[${shown.join(", ")}]`;
      }
      case "f":
        return `float:${this.bytes(4).readFloatBE()}`;
      case "d":
        return `double:${this.bytes(8).readDoubleBE()}`;
      case "D":
        return `decimal:${this.number(1)}:${this.number(4, true)}`;
      default:
        throw new Error(`no type of a table has the letter ${letter}`);
    }
  }
}

/** In the order they came. */
function table(bytes: Buffer): string {
  const reader = new Reader(bytes);
  const shown: string[] = [];
  while (!reader.done) {
    const name = reader.value("shortstr");
    shown.push(`${name}=${reader.tabled()}`);
  }
  return shown.join(" ");
}
