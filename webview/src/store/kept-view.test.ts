import { expect, test } from "vitest";
import { keepView, keptView } from "./kept-view.ts";

function storage(value: unknown) {
  const box = { value, load: () => box.value, keep: (next: unknown) => void (box.value = next) };
  return box;
}

test("what was kept comes back, one part at a time", () => {
  const box = storage(null);
  keepView(box, { positions: { "service:orders": { x: 10, y: 20 } } });
  keepView(box, { viewport: { x: 1, y: 2, zoom: 0.5 } });
  expect(keptView(box)).toMatchObject({
    positions: { "service:orders": { x: 10, y: 20 } },
    viewport: { x: 1, y: 2, zoom: 0.5 },
  });
});

test.each([
  ["text"],
  [7],
  [[]],
  [{ positions: { a: { x: "1" } }, viewport: { x: 1 }, panelWidth: "wide", stage: { width: -1 } }],
])("what is no kept view is left out: %j", (value) => {
  expect(keptView(storage(value))).toEqual(keptView(storage(null)));
});

test("a pane is never kept smaller or larger than it can be used", () => {
  expect(keptView(storage({ panelWidth: 5, trafficHeight: 90_000 }))).toMatchObject({
    panelWidth: 260,
    trafficHeight: 1_200,
  });
});
