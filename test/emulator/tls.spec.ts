/**
 * What clients find where a server asks for certificates. Run on the emulator by tls.test.ts and on the real servers by
 * tls.real.test.ts. Holds from Kafka 2.7, rabbitmq-server 3.8, redis-server 6, mosquitto 1.6 and nats-server 2.2 on.
 */
import { connect as connectAmqp, credentials } from "amqplib";
import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { connectAsync } from "mqtt";
import { connect as connectNats } from "nats";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Certificates } from "../real/brokers/certificates.ts";

type Secured = "kafka" | "rabbitmq" | "redis" | "mqtt" | "nats";

/** Where each listens with TLS, and what it lets in. RabbitMQ has a user `millrace`, who may do all in `/`. */
export interface SecuredServers extends AsyncDisposable {
  readonly addresses: Readonly<Record<Secured, Certificates & { readonly url: string }>>;
  /** RabbitMQ's HTTP API, for guest. */
  readonly management: string;
}

interface Shown {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A message there and back. */
const talks: Readonly<Record<Secured, (url: string, shown: Shown) => Promise<string>>> = {
  async kafka(url, { ca, ...shown }) {
    const client = { brokers: [url], ssl: { ...shown, ca: [ca] }, logLevel: logLevel.NOTHING };
    // Whoever is not let in is to say so at once.
    const once = { ...client, connectionTimeout: 30_000, retry: { retries: 0 } };
    const visitor = new Kafka(once).admin();
    await visitor.connect();
    await visitor.disconnect();
    // From here on it tries again: a real broker knows a topic a moment after the controller, and has no coordinator of
    // groups until somebody has asked for one.
    const kafka = new Kafka(client);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "greetings", numPartitions: 1 }] });
    await admin.disconnect();
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: "greeted" });
    await producer.connect();
    await producer.send({ topic: "greetings", messages: [{ value: "hello" }] });
    await consumer.connect();
    await consumer.subscribe({ topic: "greetings", fromBeginning: true });
    const text = await new Promise<string>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }) =>
        resolve(String(message.value));
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      consumer.run({ eachMessage }).catch(reject);
    });
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
    return text;
  },
  async rabbitmq(url, shown) {
    const connection = await connectAmqp(url, { ...shown, credentials: credentials.external() });
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue("", { exclusive: true });
    // The certificate's user, whom the broker compares with the message's.
    channel.sendToQueue(queue, Buffer.from("hello"), { userId: "millrace" });
    const message = await channel.get(queue, { noAck: true });
    await connection.close();
    return message === false ? "nothing" : message.content.toString();
  },
  async redis(url, shown) {
    const client = new Redis(url, { tls: shown, lazyConnect: true, retryStrategy: () => null });
    client.on("error", () => {});
    try {
      await client.set("greeting", "hello");
      return (await client.get("greeting")) ?? "nothing";
    } finally {
      client.disconnect();
    }
  },
  async mqtt(url, shown) {
    const client = await connectAsync(url, { ...shown, reconnectPeriod: 0 }, false);
    const heard = new Promise<string>((resolve) =>
      client.on("message", (_, payload) => resolve(payload.toString())),
    );
    await client.subscribeAsync("greetings", { qos: 1 });
    await client.publishAsync("greetings", "hello", { qos: 1 });
    const text = await heard;
    await client.endAsync();
    return text;
  },
  async nats(url, shown) {
    const client = await connectNats({ servers: url, tls: shown, reconnect: false });
    const heard = new Promise<string>((resolve) => {
      client.subscribe("greetings", { callback: (_, message) => resolve(message.string()) });
    });
    client.publish("greetings", "hello");
    const text = await heard;
    await client.close();
    return text;
  },
};

export function tlsPromises(start: () => Promise<SecuredServers>): void {
  let servers: SecuredServers;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers?.[Symbol.asyncDispose]());

  describe.each(Object.entries(talks))("%s with TLS", (name, talk) => {
    const address = () => servers.addresses[name as Secured];

    test("lets in a client by its certificate", async () => {
      const { url, ca, cert, key } = address();
      expect(await talk(url, { ca, cert, key })).toBe("hello");
    });

    test("does not let in a client without", async () => {
      const { url, ca } = address();
      await expect(talk(url, { ca })).rejects.toThrow(/certificate|reset|closed|EPIPE|DISCONNECT/i);
    });
  });

  const today = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  test.each([
    ["TLSv1.3", undefined, ["tlsv1.3", "any", "aes_256_gcm", "aead"]],
    ["TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", ["tlsv1.2", "ecdhe_rsa", "aes_128_gcm", "aead"]],
    ["TLSv1.2", "ECDHE-RSA-AES256-SHA384", ["tlsv1.2", "ecdhe_rsa", "aes_256_cbc", "sha384"]],
  ] as const)("RabbitMQ's API shows a connection of %s, %s", async (version, ciphers, suite) => {
    const { url, ca, cert, key } = servers.addresses.rabbitmq;
    const name = `${version} ${ciphers}`;
    const connection = await connectAmqp(url, {
      ...{ ca, cert, key, minVersion: version, maxVersion: version },
      ...(ciphers === undefined ? {} : { ciphers }),
      credentials: credentials.external(),
      clientProperties: { connection_name: name },
    });
    const find = async () => {
      const all = (await ask(servers.management, "connections")) as Record<string, unknown>[];
      return all.find((each) => each["user_provided_name"] === name && each["ssl_hash"] !== null);
    };
    // The server gathers what it knows each five seconds.
    const found = await vi.waitUntil(find, { timeout: 60_000, interval: 100 });
    const fields = ["ssl_protocol", "ssl_key_exchange", "ssl_cipher", "ssl_hash"];
    expect(fields.map((field) => found?.[field])).toEqual(suite);
    expect(found).toMatchObject({
      ssl: true,
      auth_mechanism: "EXTERNAL",
      user: "millrace",
      peer_cert_subject: "CN=millrace",
      peer_cert_issuer: "CN=millrace-test-ca",
      peer_cert_validity: expect.stringMatching(`^${today} - ${today}$`),
    });
    await connection.close();
  });

  test("RabbitMQ's health checks know its port with TLS, and when its certificates end", async () => {
    const health = (path: string) => ask(servers.management, `health/checks/${path}`);
    const port = Number(new URL(servers.addresses.rabbitmq.url).port);
    expect(await health(`port-listener/${port}`)).toEqual({ status: "ok", port });
    expect(await health("protocol-listener/amqps")).toMatchObject({ status: "ok" });
    expect(await health("certificate-expiration/0/days")).toEqual({ status: "ok" });
    const end = expect.stringMatching(/^\d{4}-\d\d-\d\d \d?\d:\d\d:\d\d$/);
    expect(await health("certificate-expiration/1/weeks")).toMatchObject({
      status: "failed",
      reason: "Certificates expiring",
      expired: [
        { protocol: "amqp/ssl", port, certfile_expires_on: [end], cacertfile_expires_on: [end] },
      ],
    });
  });

  test("NATS offers TLS where clients without it are let in as well", async () => {
    const { url } = servers.addresses.nats;
    // Unless it is told not to, this client takes what it is offered.
    const plain = await connectNats({ servers: url.replace("tls:", "nats:"), tls: null });
    expect(plain.info).toMatchObject({ tls_available: true });
    expect(plain.info?.tls_required).toBeUndefined();
    await plain.close();
  });
}

async function ask(management: string, path: string): Promise<unknown> {
  const headers = { authorization: `Basic ${btoa("guest:guest")}` };
  return (await fetch(`${management}/api/${path}`, { headers })).json();
}
