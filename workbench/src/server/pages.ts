/** The static page: HTML and the built files beside it. It holds no data, so it is given to whoever asks on this machine. */
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { contentSecurityPolicy, pageHtml } from "../page-html.ts";

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".map": "application/json; charset=utf-8",
};

export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  directory: string,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return end(response, 405, "only GET and HEAD");
  }
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/") return html(response);
  const name = path.slice(1);
  const type = types[extname(name)];
  // Looked up in the listing, never joined unseen: a path with dots in it names no file of the folder.
  const files: readonly string[] = await readdir(directory).catch(() => []);
  if (type === undefined || !files.includes(name))
    return end(response, 404, "there is no such file");
  end(response, 200, await readFile(join(directory, name)), type);
}

function html(response: ServerResponse): void {
  const nonce = randomBytes(16).toString("base64");
  const page = {
    script: "/page.js",
    style: "/page.css",
    nonce,
    cspSource: "'self'",
    shell: "browser",
  } as const;
  // What a <meta> cannot say: nobody may put the page into a frame.
  response.setHeader(
    "content-security-policy",
    `${contentSecurityPolicy(page)}; frame-ancestors 'none'`,
  );
  end(response, 200, pageHtml(page), "text/html; charset=utf-8");
}

export function end(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
  response.end(body);
}
