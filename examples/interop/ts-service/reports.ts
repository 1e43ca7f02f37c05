/** What this service reports to run.js: one JSON object a line on stdout. */
import type { ReceivedMessage } from "millrace";

/** JSON has no bytes, and text is to be told from a JSON string. */
export type Described =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: string };

export function report(event: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);
}

/** Reports a message, and gives what is passed on for it. */
export function heard(
  mode: string,
  at: string,
  body: unknown,
  { headers, correlationId }: ReceivedMessage,
): { seen: Described } {
  report("heard", { mode, at, body: described(body), headers, correlationId });
  return { seen: described(body) };
}

export function described(body: unknown): Described {
  if (body instanceof Uint8Array)
    return { kind: "bytes", value: Buffer.from(body).toString("base64") };
  return typeof body === "string" ? { kind: "text", value: body } : { kind: "json", value: body };
}

export function undescribed({ kind, value }: Described): unknown {
  return kind === "bytes" ? new Uint8Array(Buffer.from(value, "base64")) : value;
}
