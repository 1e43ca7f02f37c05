/** What a layout says of its fields, taken apart: from this the codec makes its readers and writers. */
import type { Field, Fields, Kinds } from "./layout.ts";

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  readonly isNullable: boolean;
  readonly versions: readonly [number, number];
  readonly tag: number | null;
  /** Where the version lacks it, or nobody says. */
  readonly absent: unknown;
}

export type Shape =
  | { readonly type: "single"; readonly kind: keyof Kinds }
  | { readonly type: "array"; readonly item: FieldShape }
  | { readonly type: "struct"; readonly fields: readonly FieldShape[] };

const NO_BYTES = Buffer.alloc(0);
const zeros: Kinds = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  uint32: 0,
  int64: 0,
  float64: 0,
  string: "",
  bytes: NO_BYTES,
  records: NO_BYTES,
  uuid: "AAAAAAAAAAAAAAAAAAAAAA",
};

export function shapesOf(fields: Fields): readonly FieldShape[] {
  return Object.entries(fields)
    .filter(([name]) => name !== "$")
    .map(([name, field]) => fieldShape(name, field));
}

export function isInVersion(field: FieldShape, version: number): boolean {
  return version >= field.versions[0] && version <= field.versions[1];
}

function fieldShape(name: string, field: Field): FieldShape {
  if (typeof field === "string") return singleShape(name, field);
  if (isArray(field)) {
    const [said, item] = field.length === 1 ? ["", field[0]] : field;
    const read = readSaid(said);
    const shape = { type: "array", item: fieldShape("", item) } as const;
    return { name, shape, ...read, absent: read.isNullable ? null : [] };
  }
  const read = readSaid(typeof field["$"] === "string" ? field["$"] : "");
  const fields = shapesOf(field);
  return {
    name,
    shape: { type: "struct", fields },
    ...read,
    absent: read.isNullable
      ? null
      : Object.fromEntries(fields.map((inner) => [inner.name, inner.absent])),
  };
}

function singleShape(name: string, text: string): FieldShape {
  const head = text.split(" ", 1).join("");
  const isNullable = head.endsWith("?");
  const kind = isNullable ? head.slice(0, -1) : head;
  if (!isKind(kind)) throw new TypeError(`${name}: ${JSON.stringify(text)} has no known kind`);
  const said = readSaid(`${isNullable ? "?" : ""}${text.slice(head.length)}`);
  const zero = isNullable ? null : zeros[kind];
  return {
    name,
    shape: { type: "single", kind },
    ...said,
    absent: said.absent === undefined ? zero : said.absent,
  };
}

type Said = Pick<FieldShape, "isNullable" | "versions" | "tag" | "absent">;

function readSaid(text: string): Said {
  const match =
    /^ ?(?<nullable>\?)? ?(?<versions>\d+(?:\+|-\d+)?)? ?(?:#(?<tag>\d+))? ?(?:= (?<absent>.+))?$/.exec(
      text,
    );
  if (!match?.groups) throw new TypeError(`${JSON.stringify(text)} cannot be read`);
  const { nullable, versions, tag, absent } = match.groups;
  return {
    isNullable: nullable !== undefined,
    versions: readVersions(versions),
    tag: tag === undefined ? null : Number(tag),
    absent: absent === undefined ? undefined : (JSON.parse(absent) as unknown),
  };
}

function readVersions(text: string | undefined): readonly [number, number] {
  if (text === undefined) return [0, Infinity];
  if (text.endsWith("+")) return [Number.parseInt(text, 10), Infinity];
  const [from = "", to = from] = text.split("-");
  return [Number(from), Number(to)];
}

function isKind(text: string): text is keyof Kinds {
  return Object.hasOwn(zeros, text);
}

function isArray(field: Field): field is readonly [Field] | readonly [string, Field] {
  return Array.isArray(field);
}
