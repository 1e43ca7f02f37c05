import { expect, test } from "vitest";
import { CommandError } from "./command.ts";
import { findApp, isApp } from "./find-app.ts";

const target = { file: "/shop/app.ts", shown: "app.ts", exportName: undefined };

/** An App of another copy of millrace: not one of this copy's class. */
const otherCopy = (title: string) => ({ title, [Symbol.for("millrace.app")]: true });
const billing = otherCopy("billing");
const orders = otherCopy("orders");

test("an App of another copy of the package is one, by its brand", () => {
  expect(isApp(billing)).toBe(true);
  for (const other of [null, undefined, "app", {}, { title: "app", start() {} }])
    expect(isApp(other)).toBe(false);
});

test.each([
  ["app before default", { default: orders, app: billing }, billing],
  ["default before others", { orders, default: billing }, billing],
  ["the only App, whatever its name", { Schema: {}, handler() {}, service: billing }, billing],
  ["default where app is something else", { app: "a name", default: billing }, billing],
])("takes %s", async (_what, exports, found) => {
  expect(await findApp(target, exports, false)).toBe(found);
});

test("takes the export that was named", async () => {
  expect(await findApp({ ...target, exportName: "orders" }, { app: billing, orders }, false)).toBe(
    orders,
  );
});

test("a factory is called, and may be asynchronous", async () => {
  expect(await findApp(target, { makeApp: async () => billing, shape: {} }, true)).toBe(billing);
  expect(
    await findApp(
      { ...target, exportName: "make" },
      { make: () => orders, other: () => billing },
      true,
    ),
  ).toBe(orders);
});

class NatsBroker {
  subscriber() {}
}

test.each([
  [
    "no App",
    { Order: {}, total: 3 },
    false,
    "app.ts exports no App: export const app = new App(broker)\nIt exports Order (an Object), total (a number).",
  ],
  [
    "nothing",
    {},
    false,
    "app.ts exports no App: export const app = new App(broker)\nIt exports nothing.",
  ],
  [
    "a broker",
    { app: new NatsBroker() },
    false,
    "app.ts exports app as a NatsBroker, not an App: it is a broker: export const app = new App(broker)",
  ],
  [
    "two Apps",
    { billing, orders },
    false,
    "app.ts exports several Apps: say which\n  millrace run app.ts:billing\n  millrace run app.ts:orders",
  ],
  [
    "a factory without --factory",
    { app: () => billing },
    false,
    "app.ts exports app as a function: if it makes the App, add --factory",
  ],
  [
    "a factory of something else",
    { app: () => 3 },
    true,
    "app() of app.ts returned a number, not an App: return new App(broker)",
  ],
  [
    "no factory",
    { total: 3 },
    true,
    "app.ts exports no App: export a function that returns one\nIt exports total (a number).",
  ],
])("%s is explained", async (_what, exports, factory, message) => {
  await expect(findApp(target, exports, factory)).rejects.toEqual(new CommandError(message));
});

test("a named export that is missing lists what there is", async () => {
  const lookup = findApp({ ...target, exportName: "bilings" }, { billing, orders }, false);
  await expect(lookup).rejects.toThrow(
    "app.ts has no export bilings; did you mean billing?\nIt exports billing (an App), orders (an App).",
  );
});

test("--factory with an App is said", async () => {
  await expect(findApp({ ...target, exportName: "app" }, { app: billing }, true)).rejects.toThrow(
    "leave out --factory",
  );
});
