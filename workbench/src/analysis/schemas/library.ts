/** A schema library as the analysis knows it: what its functions and methods mean, a row for each. */
import type { ts } from "ts-morph";
import type { Bound } from "../follow.ts";
import { known, type Part, type Side, unread, withGap } from "./part.ts";
import type { SchemaReader } from "./reader.ts";

export interface Library {
  /** Packages it is imported from. */
  readonly modules: RegExp;
  /** What its namespace is called when it is imported by name: `import { z } from "zod"`. */
  readonly namespaces: readonly string[];
  readonly makers: Readonly<Record<string, Maker>>;
  readonly methods: Readonly<Record<string, Method>>;
  /** Its types that name a side of a schema: `z.infer<typeof Order>`. */
  readonly sides: Readonly<Record<string, Side>>;
}

/** One call: the reader for what is inside, the arguments, and the call itself for the types. */
export interface SchemaCall {
  readonly reader: SchemaReader;
  readonly args: readonly Bound[];
  readonly call: ts.CallExpression;
}

export type Maker = (call: SchemaCall) => Part;
export type Method = (part: Part, call: SchemaCall) => Part;

export const cannotTravel =
  (what: string): Maker =>
  () =>
    unread(`${what} does not travel as JSON`);

/** A `Date`: sent as a text, and never what is received. `why` says what to declare instead. */
export const date =
  (why: string): Maker =>
  ({ reader }) => {
    const part = known({ type: "string", format: "date-time" });
    return reader.side === "output" ? part : withGap(part, why);
  };

/** The name of a library's function or type by what it was imported as: `z.iso.datetime` is `iso.datetime`. */
export function nameIn(
  library: Library,
  found: { readonly module: string; readonly path: readonly string[] },
): string | null {
  if (!library.modules.test(found.module)) return null;
  const [first, ...rest] = found.path;
  if (first === undefined) return null;
  const isNamespace = first === "default" || library.namespaces.includes(first);
  const path = isNamespace ? rest : found.path;
  return path.length === 0 ? null : path.join(".");
}
