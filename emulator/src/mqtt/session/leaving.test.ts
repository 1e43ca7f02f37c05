/** A client that says something and is gone at once: what it said counts. */
import { afterAll, expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal } from "../../journal.ts";
import type { Connection, Protocol, Session } from "../../protocol.ts";
import { mqtt } from "../protocol.ts";

const clock = createClock();
const journal = createJournal(clock);
const opened: Protocol[] = [];
afterAll(() => Promise.all(opened.map((protocol) => protocol.close())));

/** A client of 3.1.1 whose connection is a list. */
function connect(protocol: Protocol): { session: Session; received(): Buffer } {
  const written: Uint8Array[] = [];
  const connection: Connection = {
    id: 1,
    clientPort: null,
    serverPort: 1883,
    write: (bytes) => (written.push(bytes), 0),
    writeText: (text) => (written.push(Buffer.from(text)), 0),
    pause() {},
    resume() {},
    end() {},
    destroy() {},
  };
  const session = protocol.accept(connection);
  // CONNECT as "me", with a session that is kept.
  session.receive(
    Buffer.from([0x10, 14, 0, 4, ...Buffer.from("MQTT"), 4, 0, 0, 0, 0, 2, ...Buffer.from("me")]),
  );
  return { session, received: () => Buffer.concat(written) };
}

/** PUBLISH on "t" at QoS 1: its packet ids, in order. */
function publishes(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0))
    if ((bytes[at] ?? 0) >> 4 === 3) ids.push(bytes.readUInt16BE(at + 5));
  return ids;
}

async function open(): Promise<Protocol> {
  const protocol = await mqtt.open({
    clock,
    journal,
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1000,
    log: () => {},
  });
  opened.push(protocol);
  return protocol;
}

test("acknowledgements that came with the end of the connection are acknowledgements", async () => {
  const protocol = await open();
  const first = connect(protocol);
  first.session.receive(Buffer.from([0x82, 6, 0, 1, 0, 1, 0x74, 1]));
  for (let count = 0; count < 40; count++)
    await protocol.publish({ channel: "t", payload: Buffer.from("x") });
  // As many as mosquitto has on their way at once.
  expect(publishes(first.received())).toHaveLength(20);

  for (const id of publishes(first.received()))
    first.session.receive(Buffer.from([0x40, 2, id >> 8, id & 255]));
  expect(publishes(first.received())).toHaveLength(40);
  for (const id of publishes(first.received()).slice(20))
    first.session.receive(Buffer.from([0x40, 2, id >> 8, id & 255]));
  first.session.receive(Buffer.from([0xe0, 0]));
  first.session.closed();

  const second = connect(protocol);
  await protocol.publish({ channel: "t", payload: Buffer.from("last") });
  expect(publishes(second.received())).toHaveLength(1);
});

test("a session that goes on gives no packet id that is in use still", async () => {
  const protocol = await open();
  const first = connect(protocol);
  first.session.receive(Buffer.from([0x82, 6, 0, 1, 0, 1, 0x74, 1]));
  for (let count = 0; count < 3; count++)
    await protocol.publish({ channel: "t", payload: Buffer.from("x") });
  const held = publishes(first.received());
  expect(held).toHaveLength(3);
  first.session.receive(Buffer.from([0xe0, 0]));
  first.session.closed();
  await protocol.publish({ channel: "t", payload: Buffer.from("x") });

  const second = connect(protocol);
  await protocol.publish({ channel: "t", payload: Buffer.from("x") });
  const next = (id: number) => (id % 65_535) + 1;
  const last = held.at(-1) ?? 0;
  expect(publishes(second.received())).toEqual([...held, next(last), next(next(last))]);
});
