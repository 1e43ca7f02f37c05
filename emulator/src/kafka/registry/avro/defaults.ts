/** Defaults of fields: https://avro.apache.org/docs/1.11.1/specification/#schema-record */
import { integerOf, isNumber, isObject, isText, writeJson } from "../exact-json.ts";
import { AvroError } from "./names.ts";
import { writeAvro } from "./print.ts";
import type { AvroSchema } from "./schema.ts";

/** @throws {AvroError} where the value is not of that type. */
export function checkDefault(field: string, schema: AvroSchema, value: unknown): void {
  if (isOf(schema, value)) return;
  throw new AvroError(
    `Invalid default for field ${field}: ${writeJson(value)} not a ${writeAvro(schema)}`,
  );
}

function isOf(schema: AvroSchema, value: unknown): boolean {
  switch (schema.type) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "int":
      return isWithin(value, 31n);
    case "long":
      return isWithin(value, 63n);
    case "float":
    case "double":
      return isNumber(value);
    case "bytes":
    case "string":
    case "enum":
    case "fixed":
      return isText(value);
    case "array":
      return Array.isArray(value) && value.every((each) => isOf(schema.items, each));
    case "map":
      return isObject(value) && Object.values(value).every((each) => isOf(schema.values, each));
    case "union": {
      // A union's default is of its first branch.
      const [first] = schema.branches;
      return first !== undefined && isOf(first, value);
    }
    case "record":
      return (
        isObject(value) &&
        schema.fields.every((field) =>
          isOf(
            field.schema,
            value[field.name] ?? (field.name in value ? null : field.default?.value),
          ),
        )
      );
  }
}

function isWithin(value: unknown, bits: bigint): boolean {
  const integer = integerOf(value);
  return integer !== undefined && integer >= -(1n << bits) && integer < 1n << bits;
}
