/** Subjects made of other subjects: `orders.*` to `o.{{wildcard(1)}}`. https://docs.nats.io/nats-concepts/subject_mapping */
import { isValidSubject, subjectMatches } from "../model/subjects.ts";

/** Makes one token of the destination from the tokens that the source's wildcards stand for. */
type Piece = (wildcards: readonly string[]) => string;

export class SubjectTransform {
  readonly #source: string;
  readonly #sourceTokens: readonly string[];
  readonly #pieces: readonly Piece[];
  readonly #takesRest: boolean;

  private constructor(source: string, pieces: readonly Piece[], takesRest: boolean) {
    this.#source = source;
    this.#sourceTokens = source.split(".");
    this.#pieces = pieces;
    this.#takesRest = takesRest;
  }

  /** Undefined where the two do not fit each other. */
  static of(source: string, destination: string): SubjectTransform | undefined {
    const from = source === "" ? ">" : source;
    if (!isValidSubject(from) || !isValidSubject(destination)) return undefined;
    const sourceTokens = from.split(".");
    const tokens = destination.split(".");
    const takesRest = tokens.at(-1) === ">";
    if (takesRest) tokens.pop();
    if (tokens.includes("*") || takesRest !== (sourceTokens.at(-1) === ">")) return undefined;
    const wildcards = sourceTokens.filter((token) => token === "*").length;
    const pieces: Piece[] = [];
    for (const token of tokens) {
      const piece = readPiece(token, wildcards);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    }
    return new SubjectTransform(from, pieces, takesRest);
  }

  /** Whether its functions are known, whatever the source: nats-server's ValidateMappingDestination. */
  static isDestination(destination: string): boolean {
    const tokens = destination.split(".");
    return (
      isValidSubject(destination) &&
      tokens.every((token) => readPiece(token, Number.POSITIVE_INFINITY) !== undefined)
    );
  }

  /** The new subject; undefined where the source does not match. */
  apply(subject: string): string | undefined {
    if (!subjectMatches(this.#source, subject)) return undefined;
    const tokens = subject.split(".");
    const wildcards = tokens.filter((_, at) => this.#sourceTokens[at] === "*");
    const made = this.#pieces.map((piece) => piece(wildcards));
    if (this.#takesRest) made.push(...tokens.slice(this.#sourceTokens.length - 1));
    return made.join(".");
  }
}

/** Undefined for a function that is unknown, lacks an argument or asks for a wildcard that is not there. */
function readPiece(token: string, wildcards: number): Piece | undefined {
  const dollar = /^\$(\d+)$/.exec(token)?.[1];
  if (dollar !== undefined) return at(Number(dollar), wildcards, (value) => value);
  const call = /^\{\{\s*([A-Za-z]+)\s*\((.*)\)\s*\}\}$/.exec(token);
  // `{{…}}` must be a function; anything else stands for itself.
  if (call === null) return /^\{\{.*\}\}$/.test(token) ? undefined : () => token;
  const [, name = "", list = ""] = call;
  const args = list.split(/,\s*/).map((arg) => arg.trim());
  if (name.toLowerCase() === "partition") return partition(args, wildcards);
  const [first = "", second, ...rest] = args;
  if (!/^\d+$/.test(first) || rest.length > 0) return undefined;
  if (name.toLowerCase() === "wildcard")
    return second === undefined ? at(Number(first), wildcards, (value) => value) : undefined;
  if (second === undefined || second === "") return undefined;
  if (name.toLowerCase() === "split")
    return /[ .]/.test(second)
      ? undefined
      : at(Number(first), wildcards, (value) =>
          value
            .split(second)
            .filter((part) => part !== "")
            .join("."),
        );
  const cut = /^\d+$/.test(second) ? cuts[name.toLowerCase()] : undefined;
  return cut && at(Number(first), wildcards, (value) => cut(value, Number(second)));
}

/** What is done to one token with one number. A cut outside of it leaves it whole. */
const cuts: Readonly<Record<string, (token: string, size: number) => string>> = {
  splitfromleft: (token, size) =>
    size > 0 && size < token.length ? `${token.slice(0, size)}.${token.slice(size)}` : token,
  splitfromright: (token, size) =>
    size > 0 && size < token.length ? `${token.slice(0, -size)}.${token.slice(-size)}` : token,
  slicefromleft: (token, size) => slices(token, size, 0),
  slicefromright: (token, size) => slices(token, size, token.length % size),
  left: (token, size) => (size > 0 && size < token.length ? token.slice(0, size) : token),
  right: (token, size) => (size > 0 && size < token.length ? token.slice(-size) : token),
};

function slices(token: string, size: number, head: number): string {
  if (size <= 0 || size >= token.length) return token;
  const parts = head > 0 ? [token.slice(0, head)] : [];
  for (let start = head; start < token.length; start += size)
    parts.push(token.slice(start, start + size));
  return parts.join(".");
}

function at(index: number, wildcards: number, make: (token: string) => string): Piece | undefined {
  if (index < 1 || index > wildcards) return undefined;
  return (tokens) => make(tokens[index - 1] ?? "");
}

function partition(args: readonly string[], wildcards: number): Piece | undefined {
  const [count = 0, ...indexes] = args.map(Number);
  if (indexes.length === 0 || args.some((arg) => !/^\d+$/.test(arg))) return undefined;
  if (indexes.some((index) => index < 1 || index > wildcards)) return undefined;
  return (tokens) =>
    count === 0
      ? "0"
      : String(fnv1a(indexes.map((index) => tokens[index - 1] ?? "").join("")) % count);
}

/** 32 bit FNV-1a, by which nats-server chooses the partition. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
