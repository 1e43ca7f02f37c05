import fc from "fast-check";
import { expect, test } from "vitest";
import { Content } from "./content.ts";
import { MalformedError } from "./malformed.ts";
import { checkProperties, type Properties, readProperties, writeProperties } from "./properties.ts";

const text = fc.string({ maxLength: 60, unit: "grapheme" });
const octet = fc.nat(255);
const properties = fc.record(
  {
    contentType: text,
    contentEncoding: text,
    headers: fc
      .dictionary(text, fc.boolean())
      .map(
        (fields) =>
          new Map(
            Object.entries(fields).map(([name, value]) => [name, { type: "bool" as const, value }]),
          ),
      ),
    deliveryMode: octet,
    priority: octet,
    correlationId: text,
    replyTo: text,
    expiration: text,
    messageId: text,
    timestamp: fc.maxSafeNat(),
    type: text,
    userId: text,
    appId: text,
    clusterId: text,
  },
  { requiredKeys: [] },
);

test("properties that are written are read again", () => {
  fc.assert(
    fc.property(properties, (given) => {
      const written = writeProperties(given);
      expect(readProperties(written)).toEqual(given);
      checkProperties(written);
    }),
  );
});

test("the flags are in the order of the specification", () => {
  const one = (given: Properties) => writeProperties(given).toString("hex");
  expect(one({ contentType: "a" })).toBe("80000161");
  expect(one({ headers: new Map() })).toBe("200000000000");
  expect(one({ deliveryMode: 2, priority: 9 })).toBe("18000209");
  expect(one({ timestamp: 1 })).toBe("00400000000000000001");
  expect(one({ clusterId: "a" })).toBe("00040161");
});

test.each([
  ["no flags", "00"],
  ["less than the flags say", "8000"],
  ["more than the flags say", "000000"],
  ["a table that is none", "200000000003016121"],
])("%s is malformed", (_, hex) => {
  const header = Buffer.from(hex, "hex");
  expect(() => readProperties(header)).toThrow(MalformedError);
  expect(() => checkProperties(header)).toThrow(MalformedError);
});

test("a message with other properties has the same body, and leaves the first as it was", () => {
  const body = Buffer.from("body");
  const first = Content.of({ expiration: "1000", priority: 1 }, body);
  const second = first.with({ expiration: undefined, priority: 2, type: "b" });
  expect(second.properties).toEqual({ priority: 2, type: "b" });
  expect(second.body).toBe(body);
  expect(first.properties).toEqual({ expiration: "1000", priority: 1 });
  expect([first.has("expiration"), second.has("expiration")]).toEqual([true, false]);
});
