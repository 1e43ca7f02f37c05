/** Validation by any Standard Schema (https://standardschema.dev): zod, valibot, arktype and others. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ValidationError } from "./errors.ts";

/** A schema of any library. Its input is what may be sent, its output what a handler is given. */
// oxlint-disable-next-line typescript/no-explicit-any -- a bound that every schema fits; inference replaces it
export type AnySchema = StandardSchemaV1<any, any>;

/** What may be handed to a schema. */
export type SchemaInput<Schema> =
  Schema extends StandardSchemaV1<infer Input, unknown> ? Input : never;
/** What comes out of a schema. */
export type SchemaOutput<Schema> =
  Schema extends StandardSchemaV1<unknown, infer Output> ? Output : never;

/**
 * A schema that only TypeScript sees: the messages have this type, and nothing is checked when they come.
 * @example broker.subscriber("orders", { schema: type<Order>() }, async (order) => …)
 */
export function type<T>(): StandardSchemaV1<T, T> {
  return {
    "~standard": { version: 1, vendor: "millrace", validate: (value) => ({ value: value as T }) },
  };
}

/**
 * The schema's output for a value; a promise of it only where the schema is asynchronous, so that others cost no turn.
 * @throws {ValidationError} naming each issue and its path.
 */
export function validate(schema: AnySchema, value: unknown, what: string): unknown {
  const checked = schema["~standard"].validate(value);
  return checked instanceof Promise
    ? checked.then((result) => outputOf(result, what))
    : outputOf(checked, what);
}

function outputOf(result: StandardSchemaV1.Result<unknown>, what: string): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => ({
    message: issue.message,
    path: (issue.path ?? []).map((segment) =>
      typeof segment === "object" ? segment.key : segment,
    ),
  }));
  const list = issues.map((issue) =>
    issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ${issue.message}` : issue.message,
  );
  throw new ValidationError(`${what} does not fit its schema: ${list.join("; ")}`, issues);
}
