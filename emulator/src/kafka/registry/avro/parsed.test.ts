/** Held against Avro for Java 1.11.4 with random schemas: texts, refusals, differences with their places. Here is what that found. */
import { expect, test } from "vitest";
import { parseAvroSchema } from "./parsed.ts";

const parse = (schema: unknown, checksDefaults = false) =>
  parseAvroSchema(typeof schema === "string" ? schema : JSON.stringify(schema), {
    references: [],
    checksDefaults,
    log: () => {},
  });

const record = (name: string, fields: readonly object[], more: object = {}) => ({
  type: "record",
  name,
  fields,
  ...more,
});

test("one text for what says the same", () => {
  expect(parse({ type: "string" }).text).toBe('"string"');
  const line = { type: "enum", symbols: ["NEW", "OLD"], name: "State", default: "NEW" };
  const fields = [
    { type: line, name: "state", default: "OLD" },
    { type: ["null", "shop.State"], default: null, name: "before", doc: "" },
    { type: { type: "array", items: "State" }, name: "all", order: "ignore" },
  ];
  const order = { "x-team": "till", aliases: ["old.Order"], namespace: "shop", doc: "d" };
  expect(parse(record("Order", fields, order)).text).toBe(
    '{"type":"record","name":"Order","namespace":"shop","doc":"d","fields":[' +
      '{"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","OLD"],"default":"NEW"},"default":"OLD"},' +
      '{"name":"before","type":["null","State"],"doc":"","default":null},' +
      '{"name":"all","type":{"type":"array","items":"State"},"order":"ignore"}],' +
      '"x-team":"till","aliases":["old.Order"]}',
  );
});

test("numbers stay as they were written", () => {
  const text =
    '{"type":"record","name":"A","fields":[{"name":"a","type":"long","default":9223372036854775807},{"name":"b","type":"double","default":1.0}]}';
  expect(parse(text, true).text).toBe(text);
});

test("the normal form has one order, in which a logical type comes first", () => {
  const price = { type: "bytes", scale: 2, precision: 9, logicalType: "decimal", b: 1, a: 2 };
  const schema = record("A", [{ name: "p", type: price, aliases: ["z", "y"] }], { b: 1, a: [] });
  expect(parse(schema).normalized()).toBe(
    '{"type":"record","name":"A","fields":[{"name":"p","type":' +
      '{"type":"bytes","logicalType":"decimal","precision":9,"scale":2,"a":2,"b":1},"aliases":["y","z"]}],"a":[],"b":1}',
  );
});

const node = (type: unknown) =>
  record("Node", [
    { name: "value", type },
    { name: "next", type: ["null", "Node"], default: null },
  ]);

test.each([
  ["double", "int", ""],
  ["int", "double", "TYPE_MISMATCH at '/fields/0/type'"],
  [["null", "int"], "int", ""],
  ["int", ["null", "int"], "TYPE_MISMATCH at '/'"],
  [["null", "string"], ["null", "int"], "MISSING_UNION_BRANCH at '/fields/0/type/1'"],
  [
    { type: "map", values: "int" },
    { type: "map", values: "string" },
    "TYPE_MISMATCH at '/fields/0/type/values'",
  ],
  [
    { type: "fixed", name: "F", size: 4 },
    { type: "fixed", name: "F", size: 8 },
    "FIXED_SIZE_MISMATCH at '/fields/0/type/size'",
  ],
  [
    { type: "enum", name: "E", symbols: ["A"] },
    { type: "enum", name: "E", symbols: ["A", "C", "B"] },
    "MISSING_ENUM_SYMBOLS at '/fields/0/type/symbols'",
  ],
  [
    { type: "enum", name: "E", symbols: ["A"], default: "A" },
    { type: "enum", name: "E", symbols: ["A", "B"] },
    "",
  ],
  [record("n.R", []), record("m.R", []), ""],
  [record("R", []), record("S", []), "NAME_MISMATCH at '/fields/0/type/name'"],
  [record("R", [], { aliases: ["S"] }), record("S", []), ""],
])("%j reads %j: %s", (reader, writer, expected) => {
  const messages = parse(node(reader)).differences(parse(node(writer)));
  const told = messages.map((message) => {
    const [, kind, path] = /errorType:'(\w+)'.*?path '([^']*)'/.exec(message) ?? [];
    return `${kind} at '${path}'`;
  });
  expect(told).toEqual(expected === "" ? [] : [expected]);
});

test.each([
  ['"nothing"', 'Undefined name: "nothing"'],
  ['{"type":"nothing"}', "Type not supported: nothing"],
  ['{"type":"record","name":"a-b","fields":[]}', "Illegal character in: a-b"],
  ['{"type":"record","name":"A"}', 'Record has no fields: {"type":"record","name":"A"}'],
  ['["int","int"]', "Duplicate in union:int"],
  [
    '{"type":"record","name":"A","fields":[{"name":"a","type":"int","default":"x"}]}',
    'Invalid default for field a: "x" not a "int"',
  ],
])("%s is refused", (text, words) => {
  expect(() => parse(text, true)).toThrow(words);
});
