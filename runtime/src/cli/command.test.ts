import { expect, test } from "vitest";
import { type Command, numberValue, parseCall } from "./command.ts";

const strict: Command = {
  name: "grind",
  operand: "FILE",
  summary: "Grinds.",
  options: { reload: { help: "again" }, workers: { value: "N", help: "how many" } },
  examples: [],
  run: async () => 0,
};
const command: Command = { ...strict, passesOn: "for the app" };

test("takes operand, flags and values in any order", () => {
  const call = parseCall(command, ["--workers", "3", "app.ts", "--reload"]);
  expect(call.operand).toBe("app.ts");
  expect([...call.flags]).toEqual(["reload"]);
  expect(numberValue(command, call, "workers", 1)).toBe(3);
});

test("options it does not know are passed on: values, flags, names with dots", () => {
  const { passedOn } = parseCall(command, [
    "app.ts",
    "--db.url",
    "x",
    "--verbose",
    "--tag=a",
    "--tag",
    "b",
    "--port=1",
    "--dry",
  ]);
  expect(passedOn).toEqual({ "db.url": "x", verbose: true, tag: "b", port: "1", dry: true });
});

test("before the operand a passed option takes no following word: the file stays the file", () => {
  const call = parseCall(command, ["--verbose", "--db.url=x", "app.ts"]);
  expect(call.operand).toBe("app.ts");
  expect(call.passedOn).toEqual({ verbose: true, "db.url": "x" });
});

test("an option that names no property is passed on like any other", () => {
  const { passedOn } = parseCall(command, ["app.ts", "--constructor", "x"]);
  expect(passedOn).toEqual({ constructor: "x" });
});

test.each([
  ["a missing value", ["app.ts", "--workers"], "--workers needs a value: --workers N"],
  [
    "an option in place of a value",
    ["app.ts", "--workers", "--reload"],
    "--workers needs a value: --workers N",
  ],
  ["a flag with a value", ["--reload=yes", "app.ts"], "--reload is a flag and takes no value"],
  ["two operands", ["a.ts", "b.ts"], "millrace grind takes one FILE, and was given a.ts and b.ts"],
])("%s is refused", (_what, args, message) => {
  expect(() => parseCall(command, args)).toThrow(`${message}\nSee: millrace grind --help`);
});

test("a command that passes nothing on suggests the option that was meant", () => {
  expect(() => parseCall(strict, ["app.ts", "--realod"])).toThrow(
    "millrace grind has no option --realod; did you mean --reload?",
  );
  expect(() => parseCall(strict, ["app.ts", "--quiet"])).toThrow(
    "millrace grind has no option --quiet\n",
  );
});

test.each(["0", "-1", "1.5", "many", ""])("--workers=%s is no whole number from 1", (text) => {
  expect(() =>
    numberValue(command, parseCall(command, ["app.ts", `--workers=${text}`]), "workers", 1),
  ).toThrow(/^--workers /);
});
