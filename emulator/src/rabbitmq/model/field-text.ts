/** Values of field tables in RabbitMQ's errors. */
import type { FieldValue } from "../wire/values.ts";

/** As Erlang prints it; texts as they are. */
export function fieldText(value: FieldValue): string {
  switch (value.type) {
    case "longstr":
    case "binary":
      return value.value.toString();
    case "void":
      return "undefined";
    case "decimal":
      return `{${value.scale},${value.value}}`;
    case "table":
      return `[${[...value.value].map(([name, field]) => `{<<"${name}">>,${field.type},${nested(field)}}`).join(",")}]`;
    case "array":
      return `[${value.value.map((item) => `{${item.type},${nested(item)}}`).join(",")}]`;
    case "float":
    case "double":
      return fraction(value.value);
    default:
      return String(value.value);
  }
}

function nested(value: FieldValue): string {
  return value.type === "longstr" || value.type === "binary"
    ? `<<"${fieldText(value)}">>`
    : fieldText(value);
}

/** With a point, and an exponent where that is shorter. */
function fraction(value: number): string {
  const plain = Number.isInteger(value) ? value.toFixed(1) : String(value);
  const [digits = "", exponent = ""] = value.toExponential().replace("+", "").split("e");
  const short = `${digits.includes(".") ? digits : `${digits}.0`}e${exponent}`;
  return short.length < plain.length || plain.includes("e") ? short : plain;
}
