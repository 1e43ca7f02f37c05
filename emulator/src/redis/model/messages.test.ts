import { expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { createJournal } from "../../journal.ts";
import type { Client } from "./client.ts";
import { List } from "./list.ts";
import { Messages } from "./messages.ts";
import { Stream } from "./stream.ts";

const client = { journal: { connection: 1, name: "shop", port: 4000 } } as Client;

/** What FastStream 0.7 sent: its lengths count characters, and ü is two bytes. */
const sealed =
  '\x89BIN\r\n\x1a\n\x00\x01\x00\x00\x00\x12\x00\x00\x00\x3d\x00\x02\x00\x0ecorrelation_id\x00\x05cid-\xc3\xbc\x00\x08reply_to\x00\x05inbox{"n":1}';

function setUp() {
  const journal = createJournal(createClock());
  const messages = new Messages(journal);
  const told = () =>
    journal
      .since(0)
      .map(({ kind, channel, message, payload, reason }) =>
        [kind, channel, message, Buffer.from(payload).toString(), reason].filter(Boolean).join(" "),
      );
  return { journal, messages, told };
}

test("an element is one message from its push to its removal as done, also among equal ones", () => {
  const { messages, told } = setUp();
  const queue = { key: "queue", at: new List() };
  const busy = { key: "busy", at: new List() };
  messages.pushed(client, queue, ["job", "job", "note"]);
  messages.moved(client, queue, busy, "job");
  messages.popped(client, queue, ["job"]);
  messages.removed(client, busy, ["job"], "LREM");
  messages.removed(client, queue, ["note", "unknown"], "LTRIM");
  expect(told()).toEqual([
    "published queue 1 job",
    "published queue 2 job",
    "published queue 3 note",
    "delivered queue 1 job",
    "delivered queue 2 job",
    "acknowledged busy 1 job",
    "dropped queue 3 note LTRIM",
  ]);
});

test("a list that took another's key has other messages", () => {
  const { messages, told } = setUp();
  messages.pushed(client, { key: "queue", at: new List() }, ["job"]);
  messages.popped(client, { key: "queue", at: new List() }, ["job"]);
  expect(told()).toEqual(["published queue 1 job", "delivered queue 2 job"]);
});

test("only the last ten thousand are known again", () => {
  const { messages, journal } = setUp();
  const queue = { key: "queue", at: new List() };
  const elements = Array.from({ length: 10_001 }, (_, index) => String(index));
  messages.pushed(client, queue, elements);
  messages.popped(client, queue, ["0", "1", "10000"]);
  expect(
    journal
      .since(0)
      .slice(-3)
      .map(({ message }) => message),
  ).toEqual([10_002, 2, 10_001]);
});

test("an entry is one message for all its groups, read, read again and acknowledged", () => {
  const { messages, told, journal } = setUp();
  const stream = new Stream();
  const read = stream.add({ ms: 1, seq: 0 }, ["n", "1", "\xc3\xbc", "\x00"])!;
  const unread = stream.add({ ms: 2, seq: 0 }, ["a", "b", "__data__", "plain"])!;
  messages.added(client, "\xc3\xbcber", read);
  messages.added(client, "s", unread);
  messages.read(client, "s", [read], "g");
  messages.readAgain(client, "s", [read], "g");
  messages.acknowledged(client, "s", read, "g");
  messages.lost(client, "s", [read, unread], "XTRIM");
  expect(told()).toEqual([
    'published über 1 {"n":"1","ü":"\\u0000"}',
    "published s 2 plain",
    'delivered s 1 {"n":"1","ü":"\\u0000"}',
    'redelivered s 1 {"n":"1","ü":"\\u0000"}',
    'acknowledged s 1 {"n":"1","ü":"\\u0000"}',
    "dropped s 2 plain XTRIM",
  ]);
  expect(journal.since(0)[2]).toMatchObject({
    channelType: "stream",
    client: { name: "shop" },
    subscription: { pattern: "s", group: "g" },
  });
});

test("an envelope is opened: headers, payload and where the answer goes", () => {
  const { messages, journal } = setUp();
  messages.pushed(client, { key: "queue", at: new List() }, [sealed, '{"headers":1}']);
  const [enveloped, plain] = journal.since(0);
  expect(enveloped).toMatchObject({
    headers: { correlation_id: "cid-ü", reply_to: "inbox" },
    replyTo: "inbox",
    payload: Buffer.from('{"n":1}'),
  });
  expect(plain).toMatchObject({ headers: {}, payload: Buffer.from('{"headers":1}') });
});
