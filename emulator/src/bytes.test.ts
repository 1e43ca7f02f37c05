import { expect, test } from "vitest";
import { ByteWindow } from "./bytes.ts";
import { seededRandom } from "./random.ts";

test("gives back in any pieces what came in any pieces", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const bytes = Buffer.from(Array.from({ length: 50_000 }, () => Math.floor(random() * 256)));
  const window = new ByteWindow();
  const taken: Buffer[] = [];
  let pushed = 0;
  let total = 0;
  while (total < bytes.length) {
    const next = pushed + Math.floor(random() * 3000);
    window.push(bytes.subarray(pushed, next));
    pushed = Math.min(next, bytes.length);
    expect(window.length, `seed ${seed}`).toBe(pushed - total);
    const piece = window.take(Math.floor(random() * 4000));
    taken.push(piece);
    total += piece.length;
  }
  expect(Buffer.concat(taken).equals(bytes), `seed ${seed}`).toBe(true);
});

test("looks without taking", () => {
  const window = new ByteWindow();
  window.push(Buffer.from("abc\ndef"));
  window.skip(1);
  expect(window.at(0)).toBe("b".charCodeAt(0));
  expect(window.at(6)).toBe(-1);
  expect(window.indexOf(10)).toBe(2);
  expect(window.indexOf(10, 3)).toBe(-1);
  expect(window.peek(2).toString()).toBe("bc");
  expect(window.length).toBe(6);
});

test("what was taken stays as it was", () => {
  const window = new ByteWindow();
  window.push(Buffer.from("first"));
  const taken = window.take(5);
  window.push(Buffer.from("other"));
  expect(taken.toString()).toBe("first");
});
