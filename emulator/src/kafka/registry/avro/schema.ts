/** Avro's schemas, read: https://avro.apache.org/docs/1.11.1/specification/#schema-declaration */

export const primitives = [
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
] as const;

export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed;
export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

/** What an object says beyond what Avro knows, in its order: `logicalType`, a client's own. */
export type Properties = ReadonlyMap<string, unknown>;

export interface AvroPrimitive {
  readonly type: (typeof primitives)[number];
  readonly props: Properties;
}

export interface AvroArray {
  readonly type: "array";
  readonly items: AvroSchema;
  readonly props: Properties;
}

export interface AvroMap {
  readonly type: "map";
  readonly values: AvroSchema;
  readonly props: Properties;
}

export interface AvroUnion {
  readonly type: "union";
  readonly branches: readonly AvroSchema[];
}

export interface AvroName {
  readonly name: string;
  readonly space: string | null;
  readonly full: string;
}

interface Named {
  readonly name: AvroName;
  readonly doc: string | undefined;
  readonly aliases: readonly AvroName[];
  readonly props: Properties;
}

export interface AvroRecord extends Named {
  readonly type: "record";
  /** Declared as `error`, which is a record of a protocol. */
  readonly isError: boolean;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends Named {
  readonly type: "enum";
  readonly symbols: readonly string[];
  readonly default: string | undefined;
}

export interface AvroFixed extends Named {
  readonly type: "fixed";
  readonly size: number;
}

export interface AvroField {
  readonly name: string;
  readonly schema: AvroSchema;
  readonly doc: string | undefined;
  /** In a box, because null is one. */
  readonly default: { readonly value: unknown } | undefined;
  readonly order: "ascending" | "descending" | "ignore";
  readonly aliases: readonly string[];
  readonly props: Properties;
}
