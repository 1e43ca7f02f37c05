/** cjson, cmsgpack, struct, bit and math.random: what they give was taken from redis-server 7.0.15. */
import { expect, test } from "vitest";
import { Interpreter } from "./interpreter.ts";
import { Machine } from "./vm.ts";

const interpreter = new Interpreter(new Machine());

function run(source: string): unknown {
  const reply = interpreter.runScript(interpreter.compile(source, "@user_script"), {
    name: "test",
    keys: [],
    args: [],
    limit: 0,
    version: 2,
    call: () => null,
    permits: () => null,
  });
  return reply instanceof Error ? reply.message.replace(/ script: test.*/, "") : reply;
}

const hexadecimal = (source: string) => Buffer.from(String(run(source)), "latin1").toString("hex");

test.each([
  ["cjson.encode({1, 'a', true, cjson.null, {}})", '[1,"a",true,null,{}]'],
  [
    "cjson.encode({1e14, 1e15, 2^53, 1/3, -0.0, 1e20, 12.50})",
    "[1e+14,1e+15,9.007199254741e+15,0.33333333333333,-0,1e+20,12.5]",
  ],
  ["cjson.encode('\\1\\127/\"\\\\\\b\\n\\233')", '"\\u0001\\u007f\\/\\"\\\\\\b\\n\xe9"'],
  ["cjson.encode({[1] = 1, [2] = 2, [4] = 4})", "[1,2,null,4]"],
  ["cjson.encode({[1.5] = 1})", '{"1.5":1}'],
  [
    "cjson.encode({[1] = 1, [20] = 2})",
    "ERR user_script:1: Cannot serialise table: excessively sparse array",
  ],
  [
    "cjson.encode({f = print == nil})",
    "ERR user_script:1: Script attempted to access nonexistent global variable 'print'",
  ],
  [
    "cjson.encode({[true] = 1})",
    "ERR user_script:1: Cannot serialise boolean: table key must be a number or string",
  ],
  ["cjson.encode(1/0)", "ERR user_script:1: Cannot serialise number: must not be NaN or Inf"],
  ["cjson.decode('[[1],{\"a\":null}]')[2].a == cjson.null", 1],
  ["cjson.decode('\"\\\\u00e9\\\\ud83d\\\\ude00\"')", "\xc3\xa9\xf0\x9f\x98\x80"],
  ["tostring(cjson.decode('[0x10, -Infinity]')[1])", "16"],
  ["cjson.decode('[1,]')", "ERR user_script:1: Expected value but found T_ARR_END at character 4"],
  [
    "cjson.decode('{\"a\" 1}')",
    "ERR user_script:1: Expected colon but found T_NUMBER at character 6",
  ],
  [
    "cjson.decode('{a:1}')",
    "ERR user_script:1: Expected object key string but found invalid token at character 2",
  ],
  ["cjson.decode('')", "ERR user_script:1: Expected value but found T_END at character 1"],
  [
    "cjson.decode('\"abc')",
    "ERR user_script:1: Expected value but found unexpected end of string at character 5",
  ],
  [
    "cjson.decode(string.rep('[', 1001))",
    "ERR user_script:1: Found too many nested data structures (1001) at character 1001",
  ],
  [
    "cjson.encode_number_precision(15)",
    "ERR user_script:1: bad argument #1 to 'encode_number_precision' (expected integer between 1 and 14)",
  ],
])("%s", (expression, expected) => {
  expect(run(`return ${expression}`)).toBe(expected);
});

test.each([
  [
    "1, -1, 127, 128, 256, 65536, 2^32, -33, -129, -32769, -2^31 - 1",
    "01ff7fcc80cd0100ce00010000cf0000000100000000d0dfd1ff7fd2ffff7fffd3ffffffff7fffffff",
  ],
  [
    "1.5, 0.1, true, false, nil, {}, {1, 2}, {a = 1}, {[0] = 1}",
    "ca3fc00000cb3fb999999999999ac3c2c09092010281a16101810001",
  ],
  ["2^62, 2^63, 1/0", "cf4000000000000000ca5f000000ca7f800000"],
  ["'', 'abc', string.rep('x', 32)", `a0a3616263d920${"78".repeat(32)}`],
])("cmsgpack.pack(%s)", (values, expected) => {
  expect(hexadecimal(`return cmsgpack.pack(${values})`)).toBe(expected);
});

test("cmsgpack unpacks all, one, or so many, and says where it goes on", () => {
  expect(run("return {cmsgpack.unpack(cmsgpack.pack(1, 'x', {1, {a = 'b'}}))}")).toEqual([
    1,
    "x",
    [1, []],
  ]);
  expect(run("return {cmsgpack.unpack_one(cmsgpack.pack(1, 2, 3), 1)}")).toEqual([2, 2]);
  expect(run("return {cmsgpack.unpack_limit(cmsgpack.pack(1, 2, 3), 5)}")).toEqual([-1, 1, 2, 3]);
  expect(run("return cmsgpack.unpack('\\146\\1')")).toBe(
    "ERR user_script:1: Missing bytes in input.",
  );
  expect(run("return cmsgpack.unpack('\\193')")).toBe(
    "ERR user_script:1: Bad data format in input.",
  );
  // A table that holds itself ends at a depth of 16.
  expect(hexadecimal("local t = {} t[1] = t return cmsgpack.pack(t)")).toBe(`${"91".repeat(16)}c0`);
});

test.each([
  ["return struct.pack('>bHi3l', -1, 65535, -2, 3)", "fffffffffffe0000000000000003"],
  ["return struct.pack('!4bd', 1, 2)", "010000000000000000000040"],
  ["return struct.pack('sc3c0', 'abc', 'defg', 'hi')", "61626300646566" + "6869"],
])("%s", (source, expected) => {
  expect(hexadecimal(source)).toBe(expected);
});

test("struct unpacks what it packs", () => {
  expect(run("return {struct.unpack('>bHi3l', struct.pack('>bHi3l', -1, 65535, -2, 3))}")).toEqual([
    -1, 65535, -2, 3, 15,
  ]);
  expect(run("return {struct.unpack('bc0', '\\3abcdef')}")).toEqual(["abc", 5]);
  expect(run("return struct.unpack('i', 'abc')")).toBe(
    "ERR user_script:1: bad argument #2 to 'unpack' (data string too short)",
  );
  expect(run("return {struct.size('!bhild'), struct.size('!4c5d')}")).toEqual([24, 16]);
});

test("bit counts in 32 bits", () => {
  expect(
    run(
      "return {bit.tobit(2^31), bit.bnot(0), bit.bxor(12, 10), bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-8, 2), bit.rol(0x12345678, 8), bit.bswap(0x12345678)}",
    ),
  ).toEqual([-2147483648, -1, 6, -2147483648, 15, -2, 878082066, 2018915346]);
  expect(
    run("return {bit.tohex(255, 4), bit.tohex(-1, -8), bit.tohex(1.5), bit.tohex(2.5)}"),
  ).toEqual(["00ff", "FFFFFFFF", "00000002", "00000002"]);
});

test("math.random gives what a seed gives, as everywhere", () => {
  expect(
    run(
      "math.randomseed(1) return {tostring(math.random()), math.random(100), math.random(5, 1000)}",
    ),
  ).toEqual(["0.041630344484761", 46, 836]);
});
