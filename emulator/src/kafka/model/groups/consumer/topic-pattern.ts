/**
 * SubscribedTopicRegex (KIP-848): a pattern in RE2's syntax that a whole name matches. It is a client that writes it: what
 * runs it must not go back and forth in a name as JavaScript's own does, which can take years over thirty letters.
 */
import type { RE2JS, RE2JSSyntaxException } from "re2js";
import { KafkaError } from "../../errors.ts";

/** Patterns that are kept ready; groups have few, and look at them with each topic that comes or goes. */
const KEPT = 256;

const ready = new Map<string, RE2JS>();
let engine: typeof RE2JS | undefined;
let loading: Promise<void> | undefined;

/** Whoever takes patterns in, from a client or a snapshot, waits for this; null where RE2 is there. It is long to load, and rarely asked for. */
export function whenPatternsRun(): Promise<void> | null {
  return engine === undefined ? (loading ??= loadEngine()) : null;
}

/** Whether the pattern matches all of the name. @throws {KafkaError} INVALID_REGULAR_EXPRESSION */
export function matchesPattern(text: string, name: string): boolean {
  return (ready.get(text) ?? compile(text)).testExact(name);
}

/** @throws {KafkaError} INVALID_REGULAR_EXPRESSION */
export function checkPattern(text: string): void {
  if (!ready.has(text)) compile(text);
}

function compile(text: string): RE2JS {
  if (engine === undefined) throw new Error("RE2 is not loaded");
  try {
    const pattern = engine.compile(text);
    const [oldest] = ready.keys();
    if (ready.size >= KEPT && oldest !== undefined) ready.delete(oldest);
    ready.set(text, pattern);
    return pattern;
  } catch (error) {
    if (!isSyntaxError(error)) throw error;
    throw new KafkaError(
      "INVALID_REGULAR_EXPRESSION",
      `SubscribedTopicRegex \`${text}\` is not a valid regular expression: ${error.getDescription()}.`,
    );
  }
}

async function loadEngine(): Promise<void> {
  engine = (await import("re2js")).RE2JS;
}

function isSyntaxError(error: unknown): error is RE2JSSyntaxException {
  return error instanceof Error && "getDescription" in error;
}
