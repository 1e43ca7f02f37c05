/**
 * A message as a stream gives it to its readers. RabbitMQ keeps it in the format of AMQP 1.0, and this is what is left of
 * it: no tables and arrays among the headers (so no x-death and CC), no cluster id, the headers in order of their names.
 */
import { Content } from "../wire/content.ts";
import { readProperties } from "../wire/properties.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";

/** With its offset as the header x-stream-offset. */
export function streamContent({ header, body }: Content, offset: number): Content {
  // Not by `content.properties`, which would stay with each message of a long stream.
  const { clusterId: _, headers, ...properties } = readProperties(header);
  return Content.of({ ...properties, headers: streamHeaders(headers, offset) }, body);
}

function streamHeaders(headers: FieldTable | undefined, offset: number): FieldTable {
  const number: FieldValue = { type: "long", value: offset };
  if (headers === undefined) return new Map([[OFFSET, number]]);
  const kept = [...headers].filter(
    ([name, { type }]) => name !== OFFSET && type !== "table" && type !== "array",
  );
  kept.push([OFFSET, number]);
  return new Map(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const OFFSET = "x-stream-offset";
