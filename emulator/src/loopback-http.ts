/**
 * HTTP for this machine only. A web page can make a browser send requests to any port of it: whoever names another host,
 * or comes from a page, is refused.
 */
import type { IncomingMessage } from "node:http";

/** Why a request is not answered; undefined where it is. `origins` are pages that may come. */
export function refusal(
  { headers, socket }: IncomingMessage,
  origins: readonly string[] = [],
): string | undefined {
  const port = socket.localPort;
  const here = ["127.0.0.1", "[::1]", "localhost"].map((host) => `${host}:${port}`);
  if (!here.includes(headers.host ?? "")) return `the host must be one of ${here.join(", ")}`;
  const { origin } = headers;
  if (origin === undefined || origins.includes(origin)) return undefined;
  const own = here.flatMap((host) => [`http://${host}`, `https://${host}`]);
  return own.includes(origin) ? undefined : `pages of ${origin} are not allowed`;
}

/** Calls back with the whole body, or with null as soon as it is larger than `limit`, bytes. */
export function receiveBody(
  request: IncomingMessage,
  limit: number,
  then: (body: Buffer | null) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    if (size > limit) return;
    size += chunk.length;
    if (size > limit) then(null);
    else chunks.push(chunk);
  });
  request.on("end", () => {
    if (size <= limit) then(Buffer.concat(chunks));
  });
}
