/** The monitoring port: what the server is doing, as JSON. https://docs.nats.io/running-a-nats-service/nats_admin/monitoring */
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import { refusal } from "../../loopback-http.ts";
import type { Server } from "../model/server.ts";
import { accountstatz, accountz } from "./accounts.ts";
import { connz } from "./connz.ts";
import { healthz, jsz } from "./jetstream.ts";
import { gatewayz, leafz, routez } from "./neighbours.ts";
import type { Query, View } from "./query.ts";
import { subsz } from "./subsz.ts";
import { varz } from "./varz.ts";

type Page = (view: View, query: Query) => object;

/** By path. */
export const pages: Readonly<Record<string, Page>> = {
  "/varz": varz,
  "/connz": connz,
  "/routez": routez,
  "/gatewayz": gatewayz,
  "/leafz": leafz,
  "/subsz": subsz,
  "/subscriptionsz": subsz,
  "/accountz": accountz,
  "/accstatz": accountstatz,
  "/jsz": jsz,
  "/healthz": healthz,
};

/** Answers on what it is told to listen to; the caller listens. */
export function monitoringServer(server: Server): HttpServer {
  const asked: Record<string, number> = {};
  return createServer((request, response) => {
    const why = refusal(request);
    if (why !== undefined) return void response.writeHead(403).end(`${why}\n`);
    const url = new URL(request.url ?? "/", "http://localhost");
    asked[url.pathname] = (asked[url.pathname] ?? 0) + 1;
    if (url.pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(index());
      return;
    }
    const page = Object.hasOwn(pages, url.pathname) ? pages[url.pathname] : undefined;
    if (page === undefined) return void response.writeHead(404).end("404 page not found\n");
    if (!isReading(request)) return void response.writeHead(405).end();
    try {
      const answer = page({ server, asked }, url.searchParams);
      const failed = "error" in answer || "errors" in answer;
      const body = `${JSON.stringify(answer, null, 2)}\n`;
      response
        .writeHead(failed ? 503 : 200, { "content-type": "application/json" })
        .end(callback(url.searchParams, body));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      response.writeHead(400).end(`${error.message}\n`);
    }
  });
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** JSONP, which nats-server still gives. */
function callback(query: Query, body: string): string {
  const name = query.get("callback") ?? "";
  return /^[\w.]+$/.test(name) ? `${name}(${body})` : body;
}

function index(): string {
  const links = Object.keys(pages).map((path) => `<li><a href="${path}">${path}</a></li>`);
  return `<!doctype html><title>NATS</title><ul>${links.join("")}</ul>\n`;
}
