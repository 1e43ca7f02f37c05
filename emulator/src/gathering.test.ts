import { expect, test } from "vitest";
import { Gathering } from "./gathering.ts";
import { seededRandom } from "./random.ts";

test("what goes in in any pieces comes out in order, whether the system takes it or not", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const sent: Uint8Array[] = [];
  let waiting = 0;
  const gathering = new Gathering({
    // What is taken is gone; what waits must stay as it is.
    send(bytes) {
      waiting = random() < 0.5 ? bytes.length : 0;
      sent.push(waiting === 0 ? Buffer.from(bytes) : bytes);
    },
    waiting: () => waiting,
  });
  const given: Buffer[] = [];
  let most = 0;
  for (let round = 0; round < 500; round++) {
    const text =
      ["plain", "Zürich: ", "\u{1f600}", "x".repeat(30_000)][Math.floor(random() * 4)] ?? "";
    const bytes = Buffer.alloc(Math.floor(random() ** 4 * 100_000), round);
    gathering.text(text);
    gathering.bytes(bytes);
    given.push(Buffer.from(text), bytes);
    if (random() < 0.1) gathering.flush();
    most = Math.max(most, gathering.waiting - waiting);
  }
  gathering.flush();
  expect(most).toBeLessThanOrEqual(64 * 1024);
  expect(Buffer.concat(sent).equals(Buffer.concat(given)), `seed ${seed}`).toBe(true);
});

test("small pieces leave together", () => {
  const sent: string[] = [];
  const gathering = new Gathering({
    send: (bytes) => void sent.push(Buffer.from(bytes).toString()),
    waiting: () => 0,
  });
  gathering.text("MSG a 1 2\r\n");
  gathering.bytes(Buffer.from("hi"));
  gathering.text("\r\n");
  expect([sent, gathering.waiting]).toEqual([[], 15]);
  gathering.flush();
  gathering.flush();
  expect(sent).toEqual(["MSG a 1 2\r\nhi\r\n"]);
});
