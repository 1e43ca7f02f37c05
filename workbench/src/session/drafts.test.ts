import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Draft } from "../protocol.ts";
import { openDrafts, sampleDraft, savedDraft } from "./drafts.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import { judgeDraft } from "./judge.ts";

const draft: Draft = { params: { id: "7" }, payload: '{"total":1}', headers: {} };

function find(id: string) {
  const operation = ordersAndBilling.operations.find((each) => each.id === id);
  const channel = ordersAndBilling.channels.find((each) => each.id === operation?.channel);
  if (operation === undefined || channel === undefined) throw new Error(`no ${id}`);
  return { operation, channel };
}

test("the last edit is kept over sessions, for its owner's eyes only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-drafts-"));
  const file = join(folder, "deep", "drafts.json");
  const first = await openDrafts(file);
  first.remember("receive:orders:nats:orders.new", draft);
  first.remember("receive:orders:nats:orders.new", { ...draft, payload: "{}" });
  await first.close();
  const second = await openDrafts(file);
  expect(second.last("receive:orders:nats:orders.new")).toEqual({ ...draft, payload: "{}" });
  expect(second.last("another")).toBeUndefined();
  // Windows knows no such bits.
  const forOthers = process.platform === "win32" ? 0 : (await stat(file)).mode & 0o077;
  expect(forOthers).toBe(0);

  await writeFile(file, '[["a", {"payload": 1}], ["b"], 7]');
  expect((await openDrafts(file)).last("a")).toBeUndefined();
  await writeFile(file, "not JSON");
  expect((await openDrafts(file)).last("a")).toBeUndefined();
  expect(await readFile(file, "utf8")).toBe("not JSON");
  await rm(folder, { recursive: true });
});

test("without a file the last edit lasts as long as the session", async () => {
  const drafts = await openDrafts(undefined);
  drafts.remember("a", draft);
  await drafts.close();
  expect(drafts.last("a")).toEqual(draft);
  expect((await openDrafts(undefined)).last("a")).toBeUndefined();
});

test("a sample fits its operation, and its address is about what the payload is about", () => {
  const { operation, channel } = find("send:billing:mqtt:shipments/{orderId}/dispatched");
  const made = sampleDraft(operation, channel);
  expect(judgeDraft(made, operation, channel)).toEqual([]);
  expect(made.params["orderId"]).toBe((JSON.parse(made.payload) as { orderId: string }).orderId);
  expect(sampleDraft(operation, channel)).toEqual(made);
  expect(sampleDraft(operation, channel, 5)).not.toEqual(made);
});

test("where no schema is known, the payload is left to the user", () => {
  const { operation, channel } = find("receive:billing:nats:dynamic");
  expect(sampleDraft(operation, channel)).toEqual({ params: {}, payload: "", headers: {} });
});

test("a saved message opens in the form of its channel, its address taken apart", () => {
  const { operation, channel } = find("receive:billing:nats:orders.{id}");
  const saved = [
    { name: "elsewhere", protocol: "mqtt", address: "orders/7", payload: {} },
    {
      name: "paid",
      protocol: "nats",
      address: "orders.7",
      payload: { total: 3 },
      headers: { tenant: "a" },
    },
  ] as const;
  expect(savedDraft(saved, operation, channel)).toEqual({
    params: { id: "7" },
    payload: '{\n  "total": 3\n}',
    headers: { tenant: "a" },
  });
  expect(savedDraft([], operation, channel)).toBeUndefined();
});

test.each([
  [{ payload: "{" }, [{ pointer: "", message: expect.stringContaining("not JSON") }]],
  [{ payload: '{"orderId":"a"}' }, [{ pointer: "/total", message: "is missing" }]],
  [
    { payload: '{"orderId":1,"total":-1}' },
    [
      { pointer: "/orderId", message: "must be string" },
      { pointer: "/total", message: "must be >= 0" },
    ],
  ],
  [{ params: {} }, [{ pointer: "params/id", message: "needs a value" }]],
  [
    { headers: { "bad name": "x" } },
    [{ pointer: "headers/bad name", message: expect.stringContaining("no name for a header") }],
  ],
  [
    { headers: { tenant: "a\r\nevil: 1" } },
    [{ pointer: "headers/tenant", message: "cannot contain line breaks" }],
  ],
])("a draft with %j is judged by its parts", (change, findings) => {
  const { operation, channel } = find("receive:billing:nats:orders.{id}");
  const good: Draft = {
    params: { id: "7" },
    payload: '{"orderId":"a","total":1}',
    headers: { tenant: "a" },
  };
  expect(judgeDraft(good, operation, channel)).toEqual([]);
  expect(judgeDraft({ ...good, ...change }, operation, channel)).toEqual(findings);
});

test("an address that only the running code knows cannot be sent to", () => {
  const { operation, channel } = find("receive:billing:nats:dynamic");
  expect(judgeDraft({ params: {}, payload: "x", headers: {} }, operation, channel)).toEqual([
    { pointer: "params", message: "the address is only known when the code runs (topicFor(x))" },
  ]);
});
