import { expect, test } from "vitest";
import { LuaMemory } from "./lua-memory.ts";

function memory(): LuaMemory {
  let buffer = new ArrayBuffer(65_536);
  return new LuaMemory({
    get buffer() {
      return buffer;
    },
    grow(pages) {
      const larger = new ArrayBuffer(buffer.byteLength + pages * 65_536);
      new Uint8Array(larger).set(new Uint8Array(buffer));
      buffer = larger;
      return 0;
    },
  });
}

test.each(["", "a", "caf\xe9\0\xff", "sixteen letters!", "and a longer text than those"])(
  "%j is read as it was written, also where another one stood",
  (text) => {
    const lua = memory();
    lua.write("x".repeat(text.length), 64);
    lua.read(64, text.length);
    lua.write(text, 64);
    expect(lua.read(64, text.length)).toBe(text);
    expect(lua.read(64, Math.max(0, text.length - 1))).toBe(text.slice(0, -1));
  },
);

test("what was written is there after it has grown, and it grows to 128 MB at most", () => {
  const lua = memory();
  lua.write("before", 64);
  expect(lua.grow(100_000)).toBe(1);
  expect(lua.size).toBeGreaterThanOrEqual(100_000);
  lua.write("behind", 99_000);
  expect([lua.read(64, 6), lua.read(99_000, 6)]).toEqual(["before", "behind"]);
  expect(lua.grow(129 * 1024 * 1024)).toBe(0);
});
