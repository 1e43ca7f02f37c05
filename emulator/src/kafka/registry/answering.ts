/** From a request to its answer: the route, who asks, and the JSON in it. */
import type { IncomingMessage } from "node:http";
import { timingSafeEqual } from "node:crypto";
import type { Credentials } from "../../protocol.ts";
import { RegistryError } from "./errors.ts";
import type { RegistryTerms } from "./port.ts";
import type { RegistryAnswer } from "./request.ts";
import { type Route, routes } from "./routes.ts";

/** @throws {RegistryError} */
export function answerRequest(
  terms: RegistryTerms,
  { method = "GET", url = "/", headers }: IncomingMessage,
  body: Buffer,
): RegistryAnswer {
  const { credentials } = terms;
  const shown = headers.authorization ?? "";
  if (credentials.length > 0 && !credentials.some((each) => isAdmitted(each, shown)))
    throw new RegistryError(401, "Unauthorized");
  const mark = url.includes("?") ? url.indexOf("?") : url.length;
  const path = url.slice(0, mark);
  const { handle, parameters } = findRoute(method === "HEAD" ? "GET" : method, path);
  return handle({
    ...terms,
    parameters,
    query: new URLSearchParams(url.slice(mark)),
    body: method === "GET" || body.length === 0 ? undefined : parseBody(body),
  });
}

function findRoute(method: string, path: string) {
  const parts = partsOf(path);
  const fitting = compiled.flatMap(({ pattern, route }) => {
    const parameters = fit(pattern, parts);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  if (fitting.length === 0) throw new RegistryError(404, "HTTP 404 Not Found");
  const found = fitting.find(({ route }) => route[0] === method);
  if (found === undefined) throw new RegistryError(405, "HTTP 405 Method Not Allowed");
  return { handle: found.route[2], parameters: found.parameters };
}

const compiled = routes.map((route: Route) => ({ pattern: partsOf(route[1]), route }));

/** A slash at the end means nothing. */
function partsOf(path: string): string[] {
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function fit(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, name] of pattern.entries()) {
    const part = decode(parts[index] ?? "");
    if (name.startsWith(":")) parameters[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return parameters;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new RegistryError(400, error instanceof Error ? error.message : String(error));
  }
}

/** By basic authentication, or with the token where there is one. */
function isAdmitted({ user, password, token }: Credentials, authorization: string): boolean {
  const [, scheme = "", given = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") return token !== undefined && equals(given, token);
  if (scheme.toLowerCase() !== "basic" || (user === undefined && password === undefined))
    return false;
  const decoded = Buffer.from(given, "base64").toString();
  return equals(decoded, `${user ?? ""}:${password ?? ""}`);
}

function equals(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
