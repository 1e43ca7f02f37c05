/** When two values of field tables are the same to RabbitMQ. */
import type { FieldTable, FieldType, FieldValue } from "../wire/values.ts";

/** Compared as Erlang does it: numbers by what they count, whatever their type; tables and arrays item by item. */
export function sameValue(one: FieldValue, other: FieldValue): boolean {
  switch (one.type) {
    case "longstr":
    case "binary":
      return (other.type === "longstr" || other.type === "binary") && one.value.equals(other.value);
    case "table":
      return other.type === "table" && sameTable(one.value, other.value);
    case "array":
      return (
        other.type === "array" &&
        one.value.length === other.value.length &&
        one.value.every((item, index) => sameItem(item, other.value[index]))
      );
    case "decimal":
      return other.type === "decimal" && one.scale === other.scale && one.value === other.value;
    case "bool":
      return other.type === "bool" && one.value === other.value;
    case "void":
      return other.type === "void";
    default:
      // oxlint-disable-next-line eqeqeq -- 2 and 2n are one number
      return isNumber(other) && one.value == other.value;
  }
}

/** In one order: tables are lists to RabbitMQ. */
function sameTable(one: FieldTable, other: FieldTable): boolean {
  if (one.size !== other.size) return false;
  const fields = other.entries();
  for (const [name, value] of one) {
    const { value: match } = fields.next();
    if (match === undefined || match[0] !== name || !sameItem(value, match[1])) return false;
  }
  return true;
}

function sameItem(one: FieldValue, other: FieldValue | undefined): boolean {
  return other !== undefined && one.type === other.type && sameValue(one, other);
}

type NumberValue = Extract<FieldValue, { value: number | bigint }>;

function isNumber(value: FieldValue): value is NumberValue {
  return NUMBERS.has(value.type);
}

const NUMBERS: ReadonlySet<FieldType> = new Set([
  "byte",
  "short",
  "signedint",
  "long",
  "unsignedbyte",
  "unsignedshort",
  "unsignedint",
  "float",
  "double",
  "timestamp",
]);
