/** The HTTP API, in the words of the real one: docs.confluent.io/platform/7.9/schema-registry/develop/api.html */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../index.ts";

let emulator: Emulator;
let notices: string[];

beforeEach(() => start({}));
afterEach(() => emulator.close());

async function start(options: EmulatorOptions): Promise<void> {
  notices = [];
  const log = (line: string) => void notices.push(line);
  emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 }, log, ...options });
}

type Told = [status: number, body: unknown];

async function ask(method: string, path: string, body?: unknown, headers = {}): Promise<Told> {
  const url = emulator.servers[0]?.schemaRegistry?.url ?? "";
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/vnd.schemaregistry.v1+json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return [answer.status, await answer.json()];
}

const avro = (...fields: readonly object[]) => ({
  schema: JSON.stringify({ type: "record", name: "Order", fields }),
});
const id = { name: "id", type: "string" };
const note = { name: "note", type: "string", default: "" };
const total = { name: "total", type: "int" };

const register = (subject: string, body: unknown) =>
  ask("POST", `/subjects/${subject}/versions`, body);

test("a schema has one id everywhere, and a version in each subject", async () => {
  expect(await register("orders-value", avro(id))).toEqual([200, { id: 1 }]);
  expect(await register("orders-value", avro(id, note))).toEqual([200, { id: 2 }]);
  expect(await register("invoices-value", avro(id, note))).toEqual([200, { id: 2 }]);
  expect(await ask("GET", "/subjects")).toEqual([200, ["invoices-value", "orders-value"]]);
  expect(await ask("GET", "/subjects/orders-value/versions")).toEqual([200, [1, 2]]);
  expect(await ask("GET", "/schemas/ids/2/versions")).toEqual([
    200,
    [
      { subject: "invoices-value", version: 1 },
      { subject: "orders-value", version: 2 },
    ],
  ]);
  expect(await ask("GET", "/subjects/orders-value/versions/latest")).toEqual([
    200,
    { subject: "orders-value", version: 2, id: 2, schema: avro(id, note).schema },
  ]);
  expect(await ask("POST", "/subjects/orders-value", avro(id))).toEqual([
    200,
    { subject: "orders-value", version: 1, id: 1, schema: avro(id).schema },
  ]);
});

test("each level says in its direction what stands against a schema", async () => {
  await register("orders", avro(id));
  const check = async (level: string, ...fields: readonly object[]) => {
    await ask("PUT", "/config/orders", { compatibility: level });
    const path = "/compatibility/subjects/orders/versions/latest?verbose=true";
    const [, told] = await ask("POST", path, avro(...fields));
    return told as { is_compatible: boolean; messages: string[] };
  };
  expect(await check("backward", id, total)).toEqual({
    is_compatible: false,
    messages: [
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'total' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'total'}",
      "{oldSchemaVersion: 1}",
      `{oldSchema: '${avro(id).schema}'}`,
      "{validateFields: 'false', compatibility: 'BACKWARD'}",
    ],
  });
  expect(await check("FORWARD", id, total)).toEqual({ is_compatible: true, messages: [] });
  const full = await check("FULL", total);
  expect(full.messages.map((message) => /in the (\w+) schema has no/.exec(message)?.[1])).toEqual([
    ...["old", "new"],
    ...[undefined, undefined, undefined],
  ]);
  expect(await check("NONE", total)).toEqual({ is_compatible: true, messages: [] });
});

test("only a transitive level looks behind the latest version", async () => {
  await register("orders", avro(id));
  await register("orders", avro(id, note));
  await ask("PUT", "/config/orders", { compatibility: "BACKWARD" });
  const plain = avro(id, { name: "note", type: "string" });
  expect(await register("orders", plain)).toEqual([200, { id: 3 }]);
  await ask("DELETE", "/subjects/orders/versions/3");
  await ask("PUT", "/config/orders", { compatibility: "BACKWARD_TRANSITIVE" });
  expect(await register("orders", plain)).toMatchObject([409, { error_code: 409 }]);
});

test.each([
  ["GET", "/subjects/none/versions", 40401, "Subject 'none' not found."],
  ["GET", "/subjects/orders/versions/7", 40402, "Version 7 not found."],
  ["GET", "/schemas/ids/7", 40403, "Schema 7 not found"],
  ["POST", "/subjects/orders", 40403, "Schema not found"],
  ["DELETE", "/subjects/orders?permanent=true", 40405, "not deleted first"],
  ["DELETE", "/subjects/orders/versions/1?permanent=true", 40407, "not deleted first"],
  ["GET", "/config/orders", 40408, "does not have subject-level compatibility"],
  ["GET", "/mode/orders", 40409, "does not have subject-level mode"],
  ["POST", "/subjects/orders/versions", 42201, 'details: Undefined name: "nothing"'],
  ["GET", "/subjects/orders/versions/none", 42202, "'none' is not a valid version id"],
  ["PUT", "/config", 42203, "Invalid compatibility level"],
  ["PUT", "/mode", 42204, "Invalid mode"],
  ["DELETE", "/subjects/address", 42206, "subject=address,version=1"],
  ["GET", "/nowhere", 404, "HTTP 404 Not Found"],
  ["PUT", "/subjects", 405, "HTTP 405 Method Not Allowed"],
])("%s %s is refused with %i", async (method, path, code, words) => {
  await register("orders", avro(id));
  const address = { type: "record", name: "Address", fields: [] };
  await register("address", { schema: JSON.stringify(address) });
  const customer = {
    ...avro({ name: "home", type: "Address" }),
    references: [{ name: "Address", subject: "address", version: 1 }],
  };
  await register("customers", customer);
  const wrong = path.endsWith("versions") ? { schema: '"nothing"' } : avro(total);
  const body = { ...wrong, compatibility: "SOMEHOW", mode: "SOMEHOW" };
  const [status, told] = await ask(method, path, method === "GET" ? undefined : body);
  expect(status).toBe(Number(String(code).slice(0, 3)));
  expect(told).toEqual({ error_code: code, message: expect.stringContaining(words) });
});

test("what is deleted is hidden first, and gone when that is asked for", async () => {
  await register("orders", avro(id));
  expect(await ask("DELETE", "/subjects/orders")).toEqual([200, [1]]);
  expect(await ask("GET", "/subjects")).toEqual([200, []]);
  expect(await ask("GET", "/subjects?deleted=true")).toEqual([200, ["orders"]]);
  expect(await ask("GET", "/schemas/ids/1")).toMatchObject([200, {}]);
  expect(await ask("DELETE", "/subjects/orders")).toMatchObject([404, { error_code: 40404 }]);
  expect(await register("orders", avro(id))).toEqual([200, { id: 1 }]);
  expect(await ask("GET", "/subjects/orders/versions?deleted=true")).toEqual([200, [2]]);
  await ask("DELETE", "/subjects/orders");
  expect(await ask("DELETE", "/subjects/orders?permanent=true")).toEqual([200, [2]]);
  expect(await ask("GET", "/schemas/ids/1")).toMatchObject([404, { error_code: 40403 }]);
  expect(await register("orders", avro(id))).toEqual([200, { id: 2 }]);
});

test("a subject may be closed, and filled with ids of another registry", async () => {
  await ask("PUT", "/mode", { mode: "READONLY" });
  const closed = [422, { error_code: 42205, message: "Subject orders is in read-only mode" }];
  expect(await register("orders", avro(id))).toEqual(closed);
  await ask("PUT", "/mode", { mode: "IMPORT" });
  expect(await register("orders", { ...avro(id), id: 77, version: 5 })).toEqual([200, { id: 77 }]);
  expect(await ask("GET", "/subjects/orders/versions")).toEqual([200, [5]]);
  await ask("PUT", "/mode", { mode: "READWRITE" });
  expect(await register("orders", avro(id, note))).toEqual([200, { id: 78 }]);
});

test("JSON schemas are checked, and taken for compatible, which is said", async () => {
  const json = (type: string) => ({ schemaType: "JSON", schema: JSON.stringify({ type }) });
  expect(await register("by-json", json("object"))).toEqual([200, { id: 1 }]);
  expect(await register("by-json", json("string"))).toEqual([200, { id: 2 }]);
  expect(await register("by-json", json("thing"))).toMatchObject([422, { error_code: 42201 }]);
  expect(notices).toEqual([expect.stringContaining("JSON schemas: all are taken for compatible")]);
});

test("Protobuf is one schema in every layout, and compared by numbers", async () => {
  const proto = (text: string) => ({ schemaType: "PROTOBUF", schema: `syntax = "proto3";${text}` });
  expect(await register("orders", proto("message Order{string id=1;}"))).toEqual([200, { id: 1 }]);
  const laidOut = proto("\n/* an order */ message Order { string id = 1; } // here");
  expect(await register("orders", laidOut)).toEqual([200, { id: 1 }]);
  const renamed = proto("message Order { string key = 1; repeated int32 lines = 2; }");
  expect(await register("orders", renamed)).toEqual([200, { id: 2 }]);
  expect(await register("orders", proto("message Order { int32 key = 1; }"))).toMatchObject([
    409,
    {
      message: expect.stringContaining(
        `FIELD_SCALAR_KIND_CHANGED", description:"The kind of a SCALAR field at path '#/Order/1' in the new schema`,
      ),
    },
  ]);
  const unknown = proto("message Order { Line line = 1; }");
  expect(await register("orders", unknown)).toMatchObject([422, { error_code: 42201 }]);
});

test("a snapshot has the schemas, their ids and what is set", async () => {
  await register("orders", avro(id));
  await ask("PUT", "/config/orders", { compatibility: "FULL" });
  const snapshot = structuredClone(await emulator.snapshot());
  await ask("DELETE", "/subjects/orders");
  await ask("DELETE", "/subjects/orders?permanent=true");
  await register("others", avro(total));
  await emulator.restore(snapshot);
  expect(await ask("GET", "/subjects")).toEqual([200, ["orders"]]);
  expect(await ask("GET", "/config/orders")).toEqual([200, { compatibilityLevel: "FULL" }]);
  expect(await register("others", avro(total))).toEqual([200, { id: 2 }]);
});

test("who is asked to log in to Kafka is asked here, too; pages of elsewhere are not served", async () => {
  await emulator.close();
  await start({ auth: { user: "anna", password: "secret" } });
  const login = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
  const refused = [401, { error_code: 401, message: "Unauthorized" }];
  expect(await ask("GET", "/subjects")).toEqual(refused);
  expect(await ask("GET", "/subjects", undefined, login("anna:wrong"))).toEqual(refused);
  expect(await ask("GET", "/subjects", undefined, login("anna:secret"))).toEqual([200, []]);
  const url = emulator.servers[0]?.schemaRegistry?.url ?? "";
  const page = await fetch(url, { headers: { origin: "https://evil.example" } });
  expect(page.status).toBe(403);
});

test("what is too large, no JSON or too deep costs its request only", async () => {
  expect(await register("orders", "{")).toMatchObject([400, { error_code: 400 }]);
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  expect(await register("orders", { schema: deep })).toMatchObject([422, { error_code: 42201 }]);
  const large = { name: "long", type: "string", doc: "x".repeat(2_000_000) };
  expect(await register("orders", avro(large))).toMatchObject([422, { error_code: 42209 }]);
  expect(await register("orders", "x".repeat(10_000_001))).toMatchObject([413, {}]);
  expect(await ask("GET", "/")).toEqual([200, {}]);
});
