/** Field tables as JSON and back: the types become those of JSON, whole numbers become `long`. */
import { DEEPEST_TABLE } from "../wire/field-table.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import { badRequest } from "./answer.ts";
import { isObject } from "./body.ts";

export function tableToJson(table: FieldTable): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...table].sort(byName).map(([name, value]) => [name, toJson(value)]));
}

/** In the order of names, as Erlang's maps are. @throws {ApiError} 400 */
export function jsonToTable(value: unknown, depth = 0): FieldTable {
  if (!isObject(value)) return new Map();
  if (depth > DEEPEST_TABLE) throw badRequest("too_deep");
  return new Map(
    Object.entries(value)
      .sort(byName)
      .map(([name, field]) => [name, fromJson(field, depth + 1)]),
  );
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function toJson(field: FieldValue): unknown {
  switch (field.type) {
    case "longstr":
    case "binary":
      return textOf(field.value);
    case "table":
      return tableToJson(field.value);
    case "array":
      return field.value.map(toJson);
    case "decimal":
      return field.value / 10 ** field.scale;
    case "void":
      return null;
    default:
      return typeof field.value === "bigint" ? Number(field.value) : field.value;
  }
}

/** Bytes that are no UTF-8 are read as Latin-1. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes.toString("latin1");
}

function fromJson(value: unknown, depth: number): FieldValue {
  if (typeof value === "string") return { type: "longstr", value: Buffer.from(value) };
  if (typeof value === "boolean") return { type: "bool", value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { type: "long", value } : { type: "double", value };
  if (isObject(value)) return { type: "table", value: jsonToTable(value, depth) };
  if (depth > DEEPEST_TABLE) throw badRequest("too_deep");
  if (Array.isArray(value))
    return { type: "array", value: value.map((each) => fromJson(each, depth + 1)) };
  throw badRequest("null_not_allowed");
}
