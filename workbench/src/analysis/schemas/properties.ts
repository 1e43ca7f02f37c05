/** An object's part taken apart into its properties, each with its own gaps, so that `pick`, `extend` and the like can rebuild it. */
import type { JsonSchema } from "../../topology.ts";
import { escapePointer, objectOf, type Part } from "./part.ts";

export function propertiesOf(part: Part): Map<string, Part> {
  const properties = (part.schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = new Set((part.schema["required"] ?? []) as readonly string[]);
  return new Map(
    Object.entries(properties).map(([name, schema]) => {
      const pointer = `/properties/${escapePointer(name)}`;
      const own = part.gaps.filter(
        (gap) => gap.pointer === pointer || gap.pointer.startsWith(`${pointer}/`),
      );
      return [
        name,
        {
          schema,
          optional: !required.has(name),
          gaps: own.map((gap) => ({ ...gap, pointer: gap.pointer.slice(pointer.length) })),
        },
      ];
    }),
  );
}

/** The same object with other properties; what is said of the whole stays. */
export function withProperties(part: Part, properties: ReadonlyMap<string, Part>): Part {
  const {
    type: _type,
    properties: _properties,
    required: _required,
    $ref: _reference,
    ...rest
  } = part.schema;
  const rebuilt = objectOf(properties, rest);
  return {
    ...rebuilt,
    optional: part.optional,
    gaps: [...rebuilt.gaps, ...part.gaps.filter((gap) => !gap.pointer.startsWith("/properties/"))],
  };
}
