import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { SessionMessage } from "../protocol.ts";
import { serve, type Serving } from "./serve.ts";

let folder: string;
let serving: Serving;
/** What reached the session, and how often a page was let in. */
let received: unknown[];
let pages: number;
let left: number;
let tell: (message: SessionMessage) => void;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-page-"));
  await writeFile(join(folder, "page.js"), "// the page");
  await writeFile(join(folder, "page.css"), "body {}");
  await writeFile(join(folder, "secrets.env"), "no business of a page");
  received = [];
  pages = 0;
  left = 0;
  serving = await serve({
    page: folder,
    connect(send) {
      pages++;
      tell = send;
      return { receive: async (message) => void received.push(message), close: () => void left++ };
    },
  });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await serving.close();
  await rm(folder, { recursive: true, force: true });
});

const own = () => `127.0.0.1:${serving.port}`;
const token = () => new URL(serving.url).hash.slice("#token=".length);
const hello = (text: string) => JSON.stringify({ kind: "hello", token: text });

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A plain request whose Host can be set to what a rebound name would send. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port: serving.port, path, method, headers },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

/** Opens the socket; resolves with it, or with the status that refused it. */
function open(
  headers: Record<string, string> = {},
  path = "/session",
): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://${own()}${path}`, { headers });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.on("error", reject);
  });
}

async function socketOf(headers?: Record<string, string>): Promise<WebSocket> {
  const socket = await open(headers);
  if (typeof socket === "number") throw new Error(`refused with ${socket}`);
  return socket;
}

function closed(socket: WebSocket): Promise<[number, string]> {
  return new Promise((resolve) =>
    socket.on("close", (code, reason) => resolve([code, String(reason)])),
  );
}

test("the address that is printed answers, without the token, with a page that holds no data", async () => {
  expect(serving.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{32}$/);
  const { status, headers, body } = await get("/");
  expect(status).toBe(200);
  expect(body).toContain('<div id="root" data-shell="browser"></div>');
  expect(body).not.toContain(token());
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
  });
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

test("nothing runs in the page but its own script, which differs from page to page by its nonce", async () => {
  const { headers, body } = await get("/");
  const policy = String(headers["content-security-policy"]);
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "none";
  expect(body).toContain(`<script nonce="${nonce}" src="/page.js"></script>`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect((await get("/")).body).not.toContain(nonce);
});

test("only the page's own files are served", async () => {
  expect(await get("/page.js")).toMatchObject({
    status: 200,
    body: "// the page",
    headers: { "content-type": "text/javascript; charset=utf-8" },
  });
  expect(await get("/page.css?v=1")).toMatchObject({ status: 200 });
  for (const path of [
    "/secrets.env",
    "/../page.js",
    "/..%2fpage.js",
    "/%2e%2e/page.js",
    "//page.js",
    "/sub/page.js",
    "/page.js/",
    "/page.ts",
  ]) {
    expect(await get(path), path).toMatchObject({ status: 404 });
  }
  expect(await get("/", {}, "POST")).toMatchObject({ status: 405 });
  expect(await get("/", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
});

test("a foreign Host is refused, for the page and for the socket", async () => {
  for (const host of [
    "evil.example",
    `evil.example:${serving.port}`,
    "127.0.0.1",
    `127.0.0.1:${serving.port + 1}`,
    `127.0.0.1.evil.example:${serving.port}`,
  ]) {
    expect(await get("/", { host }), host).toMatchObject({ status: 403 });
    expect(await open({ host }), host).toBe(403);
  }
  for (const host of [`localhost:${serving.port}`, `[::1]:${serving.port}`]) {
    expect(await get("/", { host }), host).toMatchObject({ status: 200 });
  }
});

test("a foreign Origin is refused, null and another port of this machine too", async () => {
  for (const origin of [
    "http://evil.example",
    "null",
    "https://127.0.0.1",
    `https://${own()}`,
    `http://127.0.0.1:${serving.port + 1}`,
    `http://${own()}.evil.example`,
    "file://",
    "vscode-webview://x",
  ]) {
    expect(await open({ origin }), origin).toBe(403);
  }
  for (const origin of [`http://${own()}`, `http://localhost:${serving.port}`]) {
    expect(await open({ origin }), origin).toBeInstanceOf(WebSocket);
  }
  expect(await open({}, "/other")).toBe(404);
  expect(pages).toBe(0);
});

test("with the token a page is let in, and messages go both ways", async () => {
  const socket = await socketOf({ origin: `http://${own()}` });
  const got = new Promise((resolve) =>
    socket.once("message", (data: Buffer) => resolve(JSON.parse(data.toString()))),
  );
  socket.send(hello(token()));
  socket.send('{"kind":"ready"}');
  await expect.poll(() => received).toEqual([{ kind: "ready" }]);
  tell({ kind: "focus", id: "service:orders" });
  expect(await got).toEqual({ kind: "focus", id: "service:orders" });
  socket.close();
  await expect.poll(() => left).toBe(1);
});

test.each([
  ["no token", '{"kind":"ready"}', 1008],
  ["a hello without one", '{"kind":"hello"}', 1008],
  ["a wrong token", hello("0".repeat(32)), 1008],
  ["an empty token", hello(""), 1008],
  ["a token that is no text", '{"kind":"hello","token":{"length":32}}', 1008],
  ["half of it", "half", 1008],
  ["something that is not JSON", "{", 1007],
  ["nothing", "", 1007],
])(
  "%s as the first message closes the socket, and the session hears nothing",
  async (name, message, code) => {
    const socket = await socketOf();
    const end = closed(socket);
    socket.send(name === "half of it" ? hello(token().slice(0, 16)) : message);
    socket.send(hello(token()));
    socket.send('{"kind":"start-all"}');
    expect((await end)[0]).toBe(code);
    expect([pages, received]).toEqual([0, []]);
  },
);

test("a message that is not JSON, or binary, ends a page that had been let in", async () => {
  for (const message of ["not JSON", Buffer.from('{"kind":"ready"}')]) {
    const socket = await socketOf();
    const end = closed(socket);
    socket.send(hello(token()));
    socket.send(message);
    expect((await end)[0]).toBe(1007);
  }
  expect(received).toEqual([]);
});

test("a message over the limit ends the socket before it is read", async () => {
  const socket = await socketOf();
  const end = closed(socket);
  socket.send(hello(token()));
  socket.send(JSON.stringify({ kind: "ready", more: "x".repeat(1_000_000) }));
  expect((await end)[0]).toBe(1009);
  expect(received).toEqual([]);
});

test("a port that is taken moves, and each server has a token of its own", async () => {
  const second = await serve({
    port: serving.port,
    page: folder,
    connect: () => ({ receive: async () => {}, close: () => {} }),
  });
  expect(second.port).not.toBe(serving.port);
  expect(new URL(second.url).hash).not.toBe(new URL(serving.url).hash);
  await second.close();
});

test("a socket that says nothing is closed", async () => {
  const impatient = await serve({
    page: folder,
    connect: () => ({ receive: async () => {}, close: () => {} }),
    helloWithin: 20,
  });
  const socket = new WebSocket(`ws://127.0.0.1:${impatient.port}/session`);
  expect(await closed(socket)).toEqual([1008, "no token came"]);
  await impatient.close();
});

test("a page that does not read is let go before it fills the memory", async () => {
  const socket = await socketOf();
  socket.send(hello(token()));
  await expect.poll(() => pages).toBe(1);
  socket.pause();
  for (let sent = 0; sent < 100; sent++) tell({ kind: "focus", id: "x".repeat(1024 * 1024) });
  await expect.poll(() => left).toBe(1);
});

test("closing ends open pages", async () => {
  const socket = await socketOf();
  const end = closed(socket);
  socket.send(hello(token()));
  await expect.poll(() => pages).toBe(1);
  await serving.close();
  await end;
  await expect.poll(() => left).toBe(1);
});
