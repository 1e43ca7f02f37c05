import { expect, test } from "vitest";
import { Condition } from "./condition.ts";

test("what holds already is not waited for", async () => {
  expect(await new Condition().until(() => true)).toBe(true);
});

test("whoever waits looks when woken, and waits on where it does not hold yet", async () => {
  const condition = new Condition();
  let count = 0;
  const twice = condition.until(() => count >= 2);
  count = 1;
  condition.wake();
  const once = await Promise.race([twice.then(() => "over"), Promise.resolve("waits")]);
  expect(once).toBe("waits");
  count = 2;
  condition.wake();
  expect(await twice).toBe(true);
});

test("a limit ends the wait, and tells how it is then", async () => {
  expect(await new Condition().until(() => false, 1)).toBe(false);
});
