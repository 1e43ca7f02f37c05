/** What the tables of zod's functions and methods are given. */
import type { ts } from "ts-morph";
import type { Bound } from "../follow.ts";
import type { ZodReader } from "./zod.ts";

/** One call: the reader for what is inside, the arguments, and the call itself for the types. */
export interface ZodCall {
  readonly reader: ZodReader;
  readonly args: readonly Bound[];
  readonly call: ts.CallExpression;
}
