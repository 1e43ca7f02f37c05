/** When two bindings of one exchange are the same one: destination, key and arguments, in whatever order these came. */
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type { Binding } from "./contract.ts";

export function identityOf(binding: Binding): string {
  const { destination, destinationType, routingKey } = binding;
  return JSON.stringify([
    destinationType,
    destination,
    routingKey,
    binding.arguments.size === 0 ? [] : plainTable(binding.arguments),
  ]);
}

function plainTable(table: FieldTable): unknown[] {
  return [...table]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => [name, plain(value)]);
}

function plain(value: FieldValue): unknown {
  switch (value.type) {
    case "longstr":
    case "binary":
      return [value.type, value.value.toString("latin1")];
    case "table":
      return [value.type, plainTable(value.value)];
    case "array":
      return [value.type, value.value.map(plain)];
    case "decimal":
      return [value.type, value.scale, value.value];
    case "void":
      return [value.type];
    default:
      return [value.type, String(value.value)];
  }
}
