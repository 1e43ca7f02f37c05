/** What is of this emulator and not of RabbitMQ: who may come, and how much may be sent. The rest is compared with rabbitmq-server. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../index.ts";
import { routes } from "./routes.ts";

let emulator: Emulator;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  url = emulator.servers[0]?.management?.url ?? "";
});
afterAll(() => emulator.close());

const login = { authorization: `Basic ${btoa("guest:guest")}` };

interface Told {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(
  path: string,
  headers: Record<string, string>,
  body = "",
  method = "GET",
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers: { ...login, ...headers } });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: text }),
      );
    });
    sent.end(body);
  });
}

test.each([
  { host: "evil.example" },
  { host: "127.0.0.1" },
  { origin: "https://evil.example" },
  { origin: "null" },
])("nobody is served from elsewhere: %j", async (headers) => {
  expect(await ask("/api/whoami", headers)).toMatchObject({ status: 403 });
  expect(await ask("/api/whoami", headers, "", "OPTIONS")).toMatchObject({ status: 403 });
});

test("its own page is served, and told no other may read it", async () => {
  const { status, headers } = await ask("/api/whoami", { origin: url });
  expect(status).toBe(200);
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("a body that is too large costs its request, not the memory", async () => {
  const told = ask("/api/queues/%2F/large", {}, "x".repeat(10_000_001), "PUT");
  expect(await told).toMatchObject({ status: 413, headers: { connection: "close" } });
  expect(await ask("/api/queues/%2F/large", {}, `${" ".repeat(9_999_998)}{}`, "PUT")).toMatchObject(
    {
      status: 201,
    },
  );
});

test("paths that cannot be decoded, and queries that say nothing, are answered", async () => {
  expect(await ask("/api/queues/%2F/%E0%A4%A", {})).toMatchObject({ status: 404 });
  expect(await ask("/api/queues?sort=a.b.c&columns=,.,&page", {})).toMatchObject({ status: 400 });
  expect(await ask("/api/exchanges?page=1&name=(&use_regex=true", {})).toMatchObject({
    status: 400,
  });
  expect(await ask("/api/bindings/%2F/e/a/q/b/%25%25~", {})).toMatchObject({ status: 404 });
});

test("the page at its root lists what can be asked", async () => {
  const { body } = await ask("/", {});
  for (const [method, path] of routes) expect(body).toContain(`${method} /api${path}`);
});

test("what is published here is in the journal, as is what is got", async () => {
  await ask("/api/queues/%2F/orders", {}, "{}", "PUT");
  const message = {
    properties: {},
    routing_key: "orders",
    payload: "1",
    payload_encoding: "string",
  };
  const path = "/api/exchanges/%2F/amq.default/publish";
  await ask(path, {}, JSON.stringify(message), "POST");
  const get = { count: 1, ackmode: "ack_requeue_true", encoding: "auto" };
  await ask("/api/queues/%2F/orders/get", {}, JSON.stringify(get), "POST");
  const events = await emulator.events();
  expect(events.map(({ kind, channel, client }) => [kind, channel, client?.name])).toEqual([
    ["published", "orders", "management"],
    ["delivered", "orders", "management"],
  ]);
});
