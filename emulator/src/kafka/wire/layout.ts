/**
 * How a message of Kafka's protocol is laid out, as plain data: from it come the types, the reading and the writing.
 * Names are those of the message definitions in camel case: https://kafka.apache.org/protocol#protocol_messages
 *
 *   "int32"            a field of every version
 *   "string?"          that may be null
 *   "int32 4+"         from version 4 on; "0-3" up to version 3; "2" only in 2
 *   "int16 1+ = -1"    what it is where a version lacks it, or where nobody says; else 0, false, "", no bytes, null with "?"
 *   "int64 12+ #0"     a tagged field with its tag
 *   { … }              a structure; `$` holds what else is said of it: { $: "? 15+ #1", … }
 *   [ … ]              an array of these; ["? 1+", …] where there is more to say of it
 *
 * What is said of a field always stands in this order: null, versions, tag, default.
 */
export type Layout = Fields;
export interface Fields {
  readonly [name: string]: Field;
}
export type Field = string | Fields | readonly [Field] | readonly [string, Field];

/** The kinds of a single value, and what they are for us. */
export interface Kinds {
  readonly bool: boolean;
  readonly int8: number;
  readonly int16: number;
  readonly uint16: number;
  readonly int32: number;
  readonly uint32: number;
  /** Beyond 2^53 the nearest number. */
  readonly int64: number;
  readonly float64: number;
  readonly string: string;
  /** A view of the frame when read: copied by whoever keeps it. */
  readonly bytes: Buffer;
  /** As `bytes`: record batches, or message sets of old clients. */
  readonly records: Buffer;
  /** 22 characters of base64url, as Kafka prints it. */
  readonly uuid: string;
}

/** What a message says when it was read: every field is there, with its default where the version lacks it. */
export type ValueOf<L> = L extends string
  ? SingleOf<L>
  : L extends readonly [infer Item]
    ? readonly ValueOf<Item>[]
    : L extends readonly [infer Said extends string, infer Item]
      ? OrNull<Said, readonly ValueOf<Item>[]>
      : L extends { readonly $: infer Said extends string }
        ? OrNull<Said, { readonly [Name in Exclude<keyof L, "$">]: ValueOf<L[Name]> }>
        : { readonly [Name in keyof L]: ValueOf<L[Name]> };

/** What is written: a field of which more is said than its kind may be left out, and then has its default. */
export type DraftOf<L> = L extends string
  ? DraftOfSingle<SingleOf<L>, L>
  : L extends readonly [infer Item]
    ? readonly DraftOf<Item>[]
    : L extends readonly [infer Said extends string, infer Item]
      ? OrNull<Said, readonly DraftOf<Item>[]>
      : L extends { readonly $: infer Said extends string }
        ? OrNull<Said, DraftOfFields<Omit<L, "$">>>
        : DraftOfFields<L>;

/** Record batches may be given one by one: they need not lie behind each other. */
type DraftOfSingle<Value, Said extends string> = Said extends `records${string}`
  ? Value | readonly Buffer[]
  : Value;

type DraftOfFields<L> = {
  readonly [Name in keyof L as IsQualified<L[Name]> extends true ? never : Name]: DraftOf<L[Name]>;
} & {
  readonly [Name in keyof L as IsQualified<L[Name]> extends true ? Name : never]?:
    | DraftOf<L[Name]>
    | undefined;
};

type IsQualified<F> = F extends `${string} ${string}`
  ? true
  : F extends readonly [string, unknown]
    ? true
    : F extends { readonly $: string }
      ? true
      : false;
type HeadOf<Said extends string> = Said extends `${infer Head} ${string}` ? Head : Said;
type SingleOf<Said extends string> =
  HeadOf<Said> extends `${infer Kind extends keyof Kinds}?`
    ? Kinds[Kind] | null
    : HeadOf<Said> extends keyof Kinds
      ? Kinds[HeadOf<Said> & keyof Kinds]
      : never;
type OrNull<Said extends string, Value> = Said extends `?${string}` ? Value | null : Value;

/** One API: its key, its name, and both of its messages. */
export interface Api {
  readonly key: number;
  readonly name: string;
  /** Which versions the layouts cover, lowest and highest. What is advertised is the dispatch table's business. */
  readonly versions: readonly [number, number];
  /** The first flexible version (compact lengths, tagged fields), or null. */
  readonly flexible: number | null;
  readonly request: Layout;
  readonly response: Layout;
}

export type RequestOf<A extends Api> = ValueOf<A["request"]>;
export type ResponseOf<A extends Api> = DraftOf<A["response"]>;
