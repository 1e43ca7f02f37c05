/** The door for what comes from a page: nothing is acted on before its kind, size and shape were checked. */
import { PAGE_MESSAGE_BYTES, type Draft, type PageMessage } from "../protocol.ts";
import type { Place } from "../topology.ts";

export type Checked =
  | { readonly ok: true; readonly message: PageMessage }
  /** `request` is the number to answer, where the message has one. */
  | { readonly ok: false; readonly reason: string; readonly request: number | null };

/** Returns a copy that has the known fields only, so that nothing else of a page gets any further. */
export function checkPageMessage(given: unknown): Checked {
  const request = requestOf(given);
  try {
    if (sizeOf(given) > PAGE_MESSAGE_BYTES)
      throw new Refused(`the message is larger than ${PAGE_MESSAGE_BYTES} bytes`);
    const message = record(given, "the message");
    const kind = text(message["kind"], "kind");
    if (!Object.hasOwn(shapes, kind))
      throw new Refused(`"${kind.slice(0, 50)}" is no kind of message`);
    const fields: Record<string, Check<unknown>> = shapes[kind as PageMessage["kind"]];
    const copy: Record<string, unknown> = { kind };
    for (const [name, check] of Object.entries(fields)) {
      const value = check(message[name], name);
      if (value !== undefined) copy[name] = value;
    }
    return { ok: true, message: copy as unknown as PageMessage };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message, request };
    throw error;
  }
}

class Refused extends Error {}

/** Returns the checked value or throws {@link Refused}. */
type Check<Value> = (value: unknown, name: string) => Value;

/** Every field of every message; the compiler sees to it that none is missing. */
const shapes: {
  readonly [Kind in PageMessage["kind"]]: Fields<Extract<PageMessage, { kind: Kind }>>;
} = {
  ready: {},
  "start-emulator": {},
  "stop-emulator": {},
  "start-service": { id: text },
  "stop-service": { id: text },
  "start-all": {},
  "stop-all": {},
  "clear-traffic": {},
  open: { place },
  draft: { request: whole, operation: text, seed: optional(whole) },
  check: { request: whole, operation: text, draft },
  send: { request: whole, operation: text, draft, anyway: optional(flag), real: optional(flag) },
  "save-message": { request: whole, operation: text, name: text, draft },
};

type Fields<Message> = { readonly [Name in keyof Omit<Message, "kind">]-?: Check<Message[Name]> };

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw new Refused(`${name} must be text`);
  return value;
}

function whole(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new Refused(`${name} must be a whole number`);
  return value;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw new Refused(`${name} must be true or false`);
  return value;
}

function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (value, name) => (value === undefined ? undefined : check(value, name));
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refused(`${name} must be an object`);
  return value as Record<string, unknown>;
}

function texts(value: unknown, name: string): Record<string, string> {
  const given = Object.entries(record(value, name)).map(
    ([key, each]) => [key, text(each, `${name}/${key}`)] as const,
  );
  return Object.fromEntries(given);
}

function draft(value: unknown, name: string): Draft {
  const given = record(value, name);
  const key = optional(text)(given["key"], `${name}/key`);
  return {
    params: texts(given["params"], `${name}/params`),
    payload: text(given["payload"], `${name}/payload`),
    headers: texts(given["headers"], `${name}/headers`),
    ...(key === undefined ? {} : { key }),
  };
}

function place(value: unknown, name: string): Place {
  const given = record(value, name);
  const position = (end: "start" | "end") => {
    const at = record(given[end], `${name}/${end}`);
    return {
      line: whole(at["line"], `${name}/${end}/line`),
      character: whole(at["character"], `${name}/${end}/character`),
    };
  };
  return {
    file: text(given["file"], `${name}/file`),
    start: position("start"),
    end: position("end"),
  };
}

function requestOf(given: unknown): number | null {
  const request =
    typeof given === "object" && given !== null
      ? (given as { request?: unknown }).request
      : undefined;
  return typeof request === "number" && Number.isSafeInteger(request) ? request : null;
}

function sizeOf(given: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(given) ?? "");
  } catch {
    throw new Refused("the message is no JSON");
  }
}
