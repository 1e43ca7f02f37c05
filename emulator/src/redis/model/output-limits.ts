/**
 * How many bytes may wait for a client that reads slowly, by what it does: client-output-buffer-limit. Only the hard
 * limit ends a client; the soft one and its seconds are kept and shown.
 */
import type { Bytes } from "../values.ts";
import { memoryOf } from "./memory-value.ts";

type Kind = "normal" | "slave" | "pubsub";
type Limits = Readonly<Record<Kind, readonly [hard: number, soft: number, seconds: number]>>;

const initial: Limits = {
  normal: [0, 0, 0],
  slave: [256 * 1024 * 1024, 64 * 1024 * 1024, 60],
  pubsub: [32 * 1024 * 1024, 8 * 1024 * 1024, 60],
};

export const INITIAL_OUTPUT_LIMITS: Bytes = shown(initial);

/** The bytes above which a client of this kind is cut off; 0 where it never is. `limits` is what the parameter says. */
export function hardLimit(limits: Bytes, kind: Kind): number {
  return parse(limits, initial)[kind][0];
}

/** What the parameter says when some of its limits are set anew. @throws {TypeError} with the server's words. */
export function changedLimits(limits: Bytes, change: Bytes): Bytes {
  return shown(parse(change, parse(limits, initial)));
}

function parse(text: Bytes, before: Limits): Limits {
  const words = text === "" ? [] : text.split(" ");
  if (words.length % 4 !== 0)
    throw new TypeError("Wrong number of arguments in buffer limit configuration.");
  const limits: Record<Kind, Limits[Kind]> = { ...before };
  for (let at = 0; at < words.length; at += 4) {
    const [given = "", ...numbers] = words.slice(at, at + 4);
    const kind = given.toLowerCase() === "replica" ? "slave" : given.toLowerCase();
    if (kind !== "normal" && kind !== "slave" && kind !== "pubsub")
      throw new TypeError("Invalid client class specified in buffer limit configuration.");
    const [hard, soft] = [memoryOf(numbers[0] ?? ""), memoryOf(numbers[1] ?? "")];
    const seconds = /^\d{1,9}$/.test(numbers[2] ?? "") ? Number(numbers[2]) : null;
    if (hard === null || soft === null || seconds === null)
      throw new TypeError(
        "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
      );
    limits[kind] = [hard, soft, seconds];
  }
  return limits;
}

function shown(limits: Limits): Bytes {
  return Object.entries(limits)
    .map(([kind, numbers]) => `${kind} ${numbers.join(" ")}`)
    .join(" ");
}
