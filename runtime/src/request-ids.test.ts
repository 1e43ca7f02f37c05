import { expect, test } from "vitest";
import { RequestIds } from "./request-ids.ts";

test("a request has the chain's id where no other one is out under it, and none that a late answer may come under", () => {
  const ids = new RequestIds();
  expect(ids.take("chain")).toBe("chain");
  const second = ids.take("chain");
  expect(second).not.toBe("chain");
  ids.release("chain", true);
  ids.release(second, true);
  expect(ids.take("chain")).toBe("chain");
  ids.release("chain", false);
  expect(ids.take("chain")).not.toBe("chain");
  expect(ids.take(undefined)).not.toBe(ids.take(undefined));
});
