/**
 * What RabbitMQ does with the bytes of AMQP 0-9-1: how it greets, what it refuses, and what that costs. Run on the emulator
 * by rabbitmq.test.ts and on rabbitmq-server by rabbitmq.real.test.ts: both must agree. Holds from rabbitmq-server 3.10 on.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AmqpConnection, type Received } from "./amqp-connection.ts";
import {
  answers,
  channelErrors,
  connectionErrors,
  consume,
  declare,
  message,
  publish,
} from "./amqp-errors.ts";
import {
  farewells,
  greetings,
  open,
  START,
  startOk,
  strangers,
  tuneOk,
} from "./amqp-handshakes.ts";
import { method, PROTOCOL_HEADER, readFrames, readMethod, type ReadMethod } from "./amqp-wire.ts";
import { RawClient } from "./raw.ts";

export interface StartedServer extends AsyncDisposable {
  readonly url: string;
}

export function rabbitmqPromises(start: () => Promise<StartedServer>): void {
  let server: StartedServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describe("before the connection is open", () => {
    test("says who it is", async () => {
      const fields = await greetingOf(server.url);
      expect(fields).toMatchObject({ versionMajor: 0, versionMinor: 9, locales: "en_US" });
      expect(String(fields["mechanisms"]).split(" ").toSorted()).toEqual(["AMQPLAIN", "PLAIN"]);
      const said = String(fields["serverProperties"]);
      expect(said).toMatch(
        /^capabilities=\{publisher_confirms=true exchange_exchange_bindings=true basic\.nack=true consumer_cancel_notify=true connection\.blocked=true consumer_priorities=true authentication_failure_close=true per_consumer_qos=true direct_reply_to=true\} cluster_name="/,
      );
      expect(said).toMatch(/ product="RabbitMQ" version="\d+\.\d+\.\d+"$/);
    });

    test.each(Object.entries(greetings))("%s", async (_, [sent, answer]) => {
      await using client = await RawClient.connect(server.url);
      expect(await converse(client, sent, answer.length)).toEqual(answer);
      expect(client.isClosed).toBe(false);
    });

    test.each(Object.entries(strangers))("tells %s what it speaks", async (_, sent) => {
      await using client = await RawClient.connect(server.url);
      client.send(sent);
      expect((await client.untilClosed()).toString("latin1")).toBe("AMQP\x00\x00\x09\x01");
    });

    test("understands frames that come byte by byte", async () => {
      await using client = await RawClient.connect(server.url);
      const bytes = Buffer.concat([PROTOCOL_HEADER, startOk(), tuneOk(), open()]);
      client.send(...Array.from(bytes, (byte) => Buffer.from([byte])));
      const received = await client.until((all) => readFrames(all).frames.length >= 3);
      expect(shownBytes(received).at(-1)).toBe("connection.open-ok");
    });
  });

  describe("closes", () => {
    /** All begin at once: the server takes three seconds for each. */
    let ends: ReadonlyMap<string, Promise<string[]>>;
    beforeAll(() => {
      ends = new Map(
        Object.entries(farewells).map(([name, [sent]]) => [name, untilTheEnd(server.url, sent)]),
      );
    });

    test.each(Object.entries(farewells))("%s", async (name, [, answer]) => {
      expect(await ends.get(name)).toEqual(answer);
    });
  });

  describe("on a channel", () => {
    test.each(Object.entries(answers))("%s", async (_, [sent, answer]) => {
      await using connection = await withChannel(server.url);
      connection.write(Buffer.concat(sent));
      await connection.until(() => connection.received.length >= answer.length);
      connection.send(1, "channel.close");
      const closed = ({ name, channel }: Received) => name === "channel.close-ok" && channel === 1;
      await connection.until(() => connection.received.some(closed));
      expect(connection.received.map(shown)).toEqual([...answer, "channel.close-ok"]);
    });

    test.each(Object.entries(channelErrors))("closes it for %s", async (_, [sent, answer]) => {
      await using connection = await withChannel(server.url);
      connection.write(Buffer.concat(sent));
      await connection.until(() =>
        connection.received.some(({ name }) => name === "channel.close"),
      );
      expect(connection.received.map(shown)).toEqual(answer);
      // The connection lives, and so may the channel again.
      connection.send(1, "channel.open");
      await connection.take("channel.open-ok", 1);
    });

    test.each(Object.entries(connectionErrors))(
      "closes the connection for %s",
      async (_, [sent, answer]) => {
        await using connection = await withChannel(server.url);
        connection.write(Buffer.concat(sent));
        await connection.until(
          () => connection.received.length >= answer.length && answer.length > 0,
        );
        if (answer.length === 0) await connection.until(() => connection.isClosed);
        expect(connection.received.map(shown)).toEqual(answer);
      },
    );

    // rabbit_exchange:check_type of v3.13.3: until then it cost the connection.
    test("closes the channel for an unknown type of exchange from 3.13.3 on", async () => {
      const isOld = (await releaseOf(server.url)) < 3_013_003;
      await using connection = await withChannel(server.url);
      connection.send(1, "exchange.declare", { exchange: "spec.x", type: "bogus" });
      await connection.until(() => connection.received.length > 0);
      expect(connection.received.map(shown)).toEqual([
        isOld
          ? "connection.close 503 COMMAND_INVALID - unknown exchange type 'bogus' 40 10"
          : "channel.close 406 PRECONDITION_FAILED - unknown exchange type 'bogus' 40 10",
      ]);
    });

    test("does not look at what a client says before it knows that its channel is closed", async () => {
      await using connection = await withChannel(server.url);
      // The answer to channel.close waits until all this was sent.
      const late = [
        method(1, "basic.qos"),
        publish(),
        message,
        method(1, "queue.declare", { queue: "" }),
      ];
      connection.write(Buffer.concat([method(1, "basic.ack", { deliveryTag: 9 }), ...late]));
      connection.send(2, "channel.open");
      await connection.take("channel.open-ok", 2);
      await connection.until(() => connection.received.length > 0);
      expect(connection.received.map(shown)).toEqual([
        "channel.close 406 PRECONDITION_FAILED - unknown delivery tag 9 60 80",
      ]);
    });

    test("splits a body by what was agreed on", async () => {
      await using connection = await AmqpConnection.open(server.url, { frameMax: 4096 });
      connection.send(1, "channel.open");
      const body = "0123456789".repeat(2000);
      connection.write(Buffer.concat([declare(), consume()]));
      connection.publish(1, { routingKey: "spec.q" }, { contentType: "text/plain" }, body);
      const delivery = await connection.take("basic.deliver", 1);
      expect(delivery.message).toMatchObject({ body, properties: "contentType=text/plain" });
      expect(connection.largestFrame).toBe(4096);
    });

    // A queue hears of each consumer for itself: of one that is full still nobody takes anything.
    test.each([
      ["classic", "t1 t2", "t1 1, t1 3, t2 2, t2 4"],
      ["classic", "t2 t1", "t1 2, t1 4, t2 1, t2 3"],
      ["quorum", "t1 t2", "t1 1, t1 3, t2 2, t2 4"],
      ["quorum", "t2 t1", "t1 2, t1 4, t2 1, t2 3"],
    ] as const)(
      "gives back what two consumers of a %s queue hold: %s",
      async (type, tags, expected) => {
        await using connection = await withChannel(server.url);
        const queue = `spec.${type}.back`;
        const given = { queue, durable: true, arguments: { "x-queue-type": type } };
        connection.send(1, "queue.declare", given);
        await connection.take("queue.declare-ok", 1);
        connection.send(1, "basic.qos", { prefetchCount: 2 });
        await connection.take("basic.qos-ok", 1);
        for (const consumerTag of tags.split(" ")) {
          connection.send(1, "basic.consume", { queue, consumerTag });
          await connection.take("basic.consume-ok", 1);
        }
        for (const body of ["1", "2", "3", "4"])
          connection.publish(1, { routingKey: queue }, {}, body);
        const four = async () => {
          const taken: string[] = [];
          while (taken.length < 4) {
            const { fields, message: brought } = await connection.take("basic.deliver", 1);
            taken.push(`${String(fields["consumerTag"])} ${brought?.body}`);
          }
          return taken.join(", ");
        };
        const [one, other] = tags.split(" ");
        expect(await four()).toBe(`${one} 1, ${other} 2, ${one} 3, ${other} 4`);
        connection.send(1, "basic.nack", { deliveryTag: 4, multiple: true, requeue: true });
        expect(await four()).toBe(expected);
        connection.send(1, "queue.delete", { queue });
        await connection.take("queue.delete-ok", 1);
      },
    );

    test("tells a consumer that its queue is gone", async () => {
      await using connection = await withChannel(server.url);
      connection.write(Buffer.concat([declare(), consume()]));
      connection.send(1, "queue.delete", { queue: "spec.q" });
      const { fields } = await connection.take("basic.cancel", 1);
      expect(fields).toEqual({ consumerTag: "t1", noWait: true });
    });
  });
}

/** What connection.start says. */
async function greetingOf(url: string): Promise<ReadMethod["fields"]> {
  await using client = await RawClient.connect(url);
  client.send(PROTOCOL_HEADER);
  const bytes = await client.until((received) => readFrames(received).frames.length > 0);
  const [first] = readFrames(bytes).frames;
  return readMethod(first!.payload).fields;
}

/** 3.13.7 as 3_013_007. */
async function releaseOf(url: string): Promise<number> {
  const { serverProperties } = await greetingOf(url);
  const version = / version="(\d+\.\d+\.\d+)"$/.exec(String(serverProperties))?.[1] ?? "";
  return version.split(".").reduce((number, part) => number * 1000 + Number(part), 0);
}

async function withChannel(url: string): Promise<AmqpConnection> {
  const connection = await AmqpConnection.open(url);
  connection.send(1, "channel.open");
  await connection.take("channel.open-ok", 1);
  return connection;
}

async function untilTheEnd(url: string, sent: readonly Buffer[]): Promise<string[]> {
  await using client = await RawClient.connect(url);
  await converse(client, sent, 0);
  const shownFrames = shownBytes(await client.untilClosed());
  return shownFrames.filter((each, index) => each !== shownFrames[index - 1]);
}

/** Sends each part when the one before was answered. */
async function converse(
  client: RawClient,
  sent: readonly Buffer[],
  answers: number,
): Promise<string[]> {
  for (const [index, part] of sent.entries()) {
    client.send(part);
    const wanted = index === sent.length - 1 ? answers : index + 1;
    const all = await client.until((received) => readFrames(received).frames.length >= wanted);
    if (index === sent.length - 1) return shownBytes(all);
  }
  return [];
}

function shownBytes(bytes: Buffer): string[] {
  return readFrames(bytes).frames.map(({ type, channel, payload }) => {
    if (type === 8) return "heartbeat";
    const read = readMethod(payload);
    return read.name === START ? START : shown({ ...read, channel, message: null });
  });
}

function shown({ name, fields, message: brought }: Received): string {
  const values = Object.entries(fields)
    .filter(([field]) => !field.startsWith("reserved"))
    .map(([, value]) => (value === "" ? '""' : String(value)));
  const rest = brought === null ? [] : [`(${brought.properties})`, brought.body];
  return [name, ...values, ...rest].join(" ");
}
