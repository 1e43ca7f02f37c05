import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isSavedMessage, readSavedMessages, saveMessage } from "./saved-messages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-saved-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const message = {
  name: "Large order",
  protocol: "nats",
  address: "orders.new",
  payload: { total: 5000 },
  headers: { tenant: "a" },
  key: "7",
} as const;

test("a message is a file that reads well, and comes back as it was", async () => {
  expect(await saveMessage(folder, message)).toBe(".millrace/messages/Large order.json");
  expect(await readFile(join(folder, ".millrace", "messages", "Large order.json"), "utf8")).toBe(
    '{\n  "protocol": "nats",\n  "address": "orders.new",\n  "payload": {\n    "total": 5000\n  },\n  "headers": {\n    "tenant": "a"\n  },\n  "key": "7"\n}\n',
  );
  expect(await readSavedMessages(folder)).toEqual({ messages: [message], notices: [] });
});

test("a folder without any has none", async () => {
  expect(await readSavedMessages(folder)).toEqual({ messages: [], notices: [] });
});

test.each([
  "../../evil",
  "a/b",
  "a\\b",
  "..",
  ".hidden",
  "",
  "name.",
  "con",
  "Aux.json",
  "x".repeat(81),
  "a\0b",
  "a:b",
])("%j is no name, and nothing is written", async (name) => {
  await expect(saveMessage(folder, { ...message, name })).rejects.toThrow(/name/);
  expect(await readSavedMessages(folder)).toEqual({ messages: [], notices: [] });
});

test("a file that is no message is said by name, and the others are still there", async () => {
  await saveMessage(folder, message);
  const directory = join(folder, ".millrace", "messages");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "broken.json"), "{");
  await writeFile(join(directory, "no-address.json"), '{"protocol":"nats","payload":1}');
  await writeFile(
    join(directory, "protocol.json"),
    '{"protocol":"smtp","address":"a","payload":1}',
  );
  await writeFile(
    join(directory, "headers.json"),
    '{"protocol":"nats","address":"a","payload":1,"headers":{"a":1}}',
  );
  await writeFile(join(directory, "README.md"), "not one of them");
  const { messages, notices } = await readSavedMessages(folder);
  expect(messages).toEqual([message]);
  expect(notices).toEqual([
    expect.stringMatching(/^\.millrace\/messages\/broken\.json is not a saved message: .*JSON/),
    ".millrace/messages/headers.json is not a saved message: its headers must be texts",
    ".millrace/messages/no-address.json is not a saved message: it has no address",
    ".millrace/messages/protocol.json is not a saved message: its protocol must be one of kafka, rabbitmq, nats, redis, mqtt",
  ]);
});

test("a path is recognised on every system", () => {
  expect(isSavedMessage("/home/me/shop/.millrace/messages/a.json")).toBe(true);
  expect(isSavedMessage("C:\\shop\\.millrace\\messages\\a.json")).toBe(true);
  expect(isSavedMessage("src/messages/a.json")).toBe(false);
});
