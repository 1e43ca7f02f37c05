/**
 * A session for tests of the page: serves the page as the browser shell does, with its content security policy, and
 * answers page messages by the test's script. Nothing here is part of the page.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type {
  Answer,
  PageMessage,
  SessionMessage,
  TrafficEvent,
  WorkbenchState,
} from "@millrace/workbench/protocol";
import { WebSocketServer, type WebSocket } from "ws";
import { orderSchema, shopState, shopTopology } from "../fixtures/shop.ts";

const TOKEN = "0123456789abcdef";

export interface ScriptedSession extends AsyncDisposable {
  readonly url: string;
  /** What the page said, in order. */
  readonly heard: readonly PageMessage[];
  state: WorkbenchState;
  /** Changes the state and sends it. */
  change(part: Partial<WorkbenchState>): void;
  traffic(events: readonly TrafficEvent[]): void;
  say(message: SessionMessage): void;
  /** Ends all connections, as a session that stops does. */
  drop(): void;
}

export async function startScriptedSession(outdir: string): Promise<ScriptedSession> {
  const sockets = new Set<WebSocket>();
  const heard: PageMessage[] = [];
  let sent: TrafficEvent[] = [];

  const server = createServer((request, response) => {
    void serve(outdir, request.url ?? "/").then(({ status, type, body, nonce }) => {
      response.writeHead(status, {
        "content-type": type,
        "content-security-policy": policy(nonce),
      });
      response.end(body);
    });
  });
  const wss = new WebSocketServer({ server, path: "/session" });
  const session: ScriptedSession = {
    url: "",
    heard,
    state: shopState,
    change(part) {
      session.state = { ...session.state, ...part };
      session.say({ kind: "state", state: session.state });
    },
    traffic(events) {
      sent.push(...events);
      session.say({ kind: "traffic", events });
    },
    say(message) {
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    drop() {
      for (const socket of sockets) socket.terminate();
    },
    async [Symbol.asyncDispose]() {
      session.drop();
      wss.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  wss.on("connection", (socket) => {
    socket.once("message", (data: Buffer) => {
      const hello = JSON.parse(data.toString()) as { kind: string; token: string };
      if (hello.token !== TOKEN) return socket.close(1008, "wrong token");
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("message", (text: Buffer) => {
        const message = JSON.parse(text.toString()) as PageMessage;
        heard.push(message);
        if (message.kind === "ready") {
          session.say({ kind: "state", state: session.state });
          if (sent.length > 0) session.say({ kind: "traffic", events: sent });
        }
        if (message.kind === "clear-traffic") {
          const seq = sent.at(-1)?.seq ?? 0;
          sent = [];
          session.say({ kind: "traffic-cleared", seq });
        }
        if ("request" in message)
          session.say({ kind: "answer", request: message.request, answer: answer(message) });
      });
    });
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(session, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/#token=${TOKEN}`,
  });
}

function answer(message: Extract<PageMessage, { request: number }>): Answer {
  const operation = shopTopology.operations.find((one) => one.id === message.operation);
  if (operation === undefined)
    return { kind: "failed", reason: `no operation is called ${message.operation}` };
  switch (message.kind) {
    case "draft": {
      const seed = message.seed ?? 1;
      const params = operation.channel.includes("{orderId}") ? { orderId: `A-${seed}` } : {};
      return {
        kind: "draft",
        from: "sample",
        operation,
        draft: { params, payload: JSON.stringify(sample(seed), null, 2), headers: {} },
      };
    }
    case "check":
      return { kind: "checked", findings: judge(message.draft.payload) };
    case "send": {
      const findings = judge(message.draft.payload);
      if (findings.length > 0 && message.anyway !== true)
        return { kind: "failed", reason: "The payload does not fit Order.", findings };
      if (message.real === true)
        return { kind: "sent", chain: "", message: null, to: "nats.example.com:4222" };
      return { kind: "sent", chain: "chain-A-1001", message: 101 };
    }
    case "save-message":
      return { kind: "saved", file: `.millrace/messages/${message.name}.json` };
  }
}

function sample(seed: number) {
  return {
    id: `A-${1000 + seed}`,
    customer: "ada@example.com",
    total: 129.9,
    express: true,
    payment: "card",
    lines: [{ article: "grindstone", quantity: 2 }],
  };
}

/** Enough of a judgement for a test: JSON, the required names, and the total. */
function judge(text: string): readonly { pointer: string; message: string }[] {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return [{ pointer: "", message: `is no JSON: ${(error as Error).message}` }];
  }
  const missing = (orderSchema["required"] as string[])
    .filter((name) => !(name in value))
    .map((name) => ({ pointer: `/${name}`, message: "is required" }));
  const total = value["total"];
  return typeof total === "number" && total > 0
    ? missing
    : [...missing, { pointer: "/total", message: "must be a number above 0" }];
}

function policy(nonce: string): string {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

async function serve(outdir: string, path: string) {
  const nonce = "cGFnZQ";
  const file = path.split(/[?#]/)[0] ?? "/";
  if (file === "/") {
    const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Millrace</title><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css"></head><body><div id="root"></div><script nonce="${nonce}" src="page.js"></script></body></html>`;
    return { status: 200, type: "text/html", body, nonce };
  }
  if (file !== "/page.js" && file !== "/page.css")
    return { status: 404, type: "text/plain", body: "", nonce };
  const body = await readFile(join(outdir, file));
  return { status: 200, type: file.endsWith("js") ? "text/javascript" : "text/css", body, nonce };
}
