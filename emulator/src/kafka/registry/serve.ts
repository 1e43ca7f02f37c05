/** The Schema Registry's HTTP API. https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html */
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { receiveBody, refusal } from "../../loopback-http.ts";
import { answerRequest } from "./answering.ts";
import { RegistryError } from "./errors.ts";
import type { RegistryTerms } from "./port.ts";
import type { RegistryAnswer } from "./request.ts";

/** The largest body of a request, bytes: a schema of the largest size, escaped, and more. */
const LARGEST_BODY = 10_000_000;

/** Answers what it is handed; it listens nowhere itself. */
export function registryServer(terms: RegistryTerms): HttpServer {
  const http = createServer((request, response) => {
    const why = refusal(request);
    if (why !== undefined) return void response.writeHead(403).end(`${why}\n`);
    receiveBody(request, LARGEST_BODY, (body) => {
      if (body !== null) return send(request, response, answerTo(terms, request, body));
      response.setHeader("connection", "close");
      send(request, response, new RegistryError(413, "HTTP 413 Request Entity Too Large"));
    });
  });
  // A request that stays half said; the system's time, as it is for sockets.
  http.timeout = 60_000;
  return http;
}

function answerTo(
  terms: RegistryTerms,
  request: IncomingMessage,
  body: Buffer,
): RegistryAnswer | RegistryError {
  try {
    return answerRequest(terms, request, body);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    // A fault of ours: it costs this request, not the others.
    process.emitWarning(error instanceof Error ? error : String(error));
    return new RegistryError(500, "Internal Server Error");
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: RegistryAnswer | RegistryError,
): void {
  const status = answer instanceof RegistryError ? answer.status : 200;
  if (status === 401) response.setHeader("www-authenticate", 'Basic realm="SchemaRegistry"');
  const text = textOf(answer);
  response.writeHead(status, {
    "content-type": contentType(request.headers.accept ?? ""),
    "content-length": Buffer.byteLength(text),
    vary: "Accept-Encoding, User-Agent",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function textOf(answer: RegistryAnswer | RegistryError): string {
  if (answer instanceof RegistryError)
    return JSON.stringify({ error_code: answer.code, message: answer.message });
  return "text" in answer ? answer.text : JSON.stringify(answer.json);
}

/** The one that is asked for; the API's own for everybody else. */
function contentType(accept: string): string {
  const own = "application/vnd.schemaregistry.v1+json";
  if (accept.includes(own) || accept.includes("*/*")) return own;
  const others = ["application/vnd.schemaregistry+json", "application/json"];
  return others.find((type) => accept.includes(type)) ?? own;
}
