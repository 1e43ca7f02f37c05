/** The management HTTP API. https://www.rabbitmq.com/docs/management#http-api */
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { receiveBody, refusal } from "../../loopback-http.ts";
import type { FurtherTerms } from "../../protocol.ts";
import type { Broker } from "../model/contract.ts";
import { type Answer, ApiError } from "./answer.ts";
import { answerRequest } from "./answering.ts";
import { GlobalParameters } from "./global-parameters.ts";
import type { Management } from "./request.ts";
import { routes } from "./routes.ts";

/** The largest body of a request, bytes, as RabbitMQ has it since 3.13. */
const LARGEST_BODY = 10_000_000;

/** Answers what it is handed; it listens nowhere itself. */
export function managementServer(broker: Broker, terms: FurtherTerms): HttpServer {
  const management = {
    broker,
    server: terms.server,
    connection: terms.nextConnection(),
    globalParameters: new GlobalParameters(broker),
  };
  const http = createServer((request, response) => {
    const why = refusal(request);
    if (why !== undefined) return void response.writeHead(403).end(`${why}\n`);
    if (/^\/(api\/?(index\.html)?)?$/.test(request.url ?? "")) return sendIndex(response);
    receiveBody(request, LARGEST_BODY, (body) => {
      send(request, response, body === null ? TOO_LARGE : answerTo(management, request, body));
    });
  });
  // A request that stays half said; the system's time, as it is for sockets.
  http.timeout = 60_000;
  return http;
}

const TOO_LARGE: Answer = {
  ...new ApiError(413, "bad_request", `a body may have ${LARGEST_BODY} bytes`).answer,
  headers: { connection: "close" },
};

function answerTo(management: Management, request: IncomingMessage, body: Buffer): Answer {
  try {
    return answerRequest(management, request, body);
  } catch (error) {
    if (error instanceof ApiError) return error.answer;
    // A fault of ours: it costs this request, not the others.
    process.emitWarning(error instanceof Error ? error : String(error));
    return { status: 500 };
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, body, headers } = answer;
  if (body === undefined) {
    const length = status === 204 ? {} : { "content-length": "0" };
    response.writeHead(status, { ...length, ...headers }).end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

/** In place of the pages for people: what can be asked. It tells nothing of the broker, and asks for no login. */
function sendIndex(response: ServerResponse): void {
  const rows = routes.map(([method, path]) => `<li><code>${method} /api${path}</code></li>`);
  response
    .writeHead(200, { "content-type": "text/html; charset=utf-8" })
    .end(`<!doctype html><title>RabbitMQ HTTP API</title><ul>${rows.join("")}</ul>\n`);
}
