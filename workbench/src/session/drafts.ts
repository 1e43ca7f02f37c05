/** What the message form opens with: the last edit, else a saved message of the channel, else a sample. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Draft, SavedMessage } from "../protocol.ts";
import type { Channel, Operation } from "../topology.ts";
import { placesOf, read } from "./addresses.ts";
import { BoundedMap } from "./bounded-map.ts";
import { checkPageMessage } from "./guard.ts";
import { seedOf } from "./random.ts";
import { sample } from "./samples.ts";
import { createRandom } from "./random.ts";
import { wordFor } from "./sample-words.ts";

export interface Drafts {
  /** The last edit of an operation's message. */
  last(operation: string): Draft | undefined;
  remember(operation: string, draft: Draft): void;
  /** Resolves when everything remembered is written. */
  close(): Promise<void>;
}

/** Edits kept beyond this many operations are forgotten, oldest first. */
const KEPT = 200;
const KEPT_BYTES = 200_000;

/**
 * Edits are one person's and not worth a commit, so they are no file of the workspace: the shell names a file of its own
 * (VS Code: the extension's storage; browser: the system's cache). Without one they last as long as the session.
 */
export async function openDrafts(file: string | undefined): Promise<Drafts> {
  const kept = new BoundedMap<string, Draft>(KEPT);
  for (const [operation, draft] of await readKept(file)) kept.set(operation, draft);
  let writing: Promise<void> = Promise.resolve();
  let waiting = false;

  async function write(): Promise<void> {
    waiting = false;
    if (file === undefined) return;
    await mkdir(dirname(file), { recursive: true });
    // A payload may be of somebody's: for the owner's eyes only.
    await writeFile(file, JSON.stringify([...kept.entries()]), { mode: 0o600 });
  }

  return {
    last: (operation) => kept.get(operation),
    remember(operation, draft) {
      if (draft.payload.length > KEPT_BYTES) return;
      kept.set(operation, draft);
      if (waiting) return;
      waiting = true;
      // A draft that cannot be written is still there until the session ends.
      writing = writing.then(write).catch(() => {});
    },
    close: () => writing,
  };
}

async function readKept(file: string | undefined): Promise<readonly (readonly [string, Draft])[]> {
  if (file === undefined) return [];
  try {
    const found: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!Array.isArray(found)) return [];
    return found.flatMap((row: unknown) => {
      if (!Array.isArray(row)) return [];
      const [operation, draft]: unknown[] = row;
      const checked = checkPageMessage({ kind: "check", request: 0, operation, draft });
      return checked.ok && checked.message.kind === "check"
        ? [[checked.message.operation, checked.message.draft] as const]
        : [];
    });
  } catch {
    return [];
  }
}

/** A draft that fits the schema, the same for the same seed; without one, each operation has its own. */
export function sampleDraft(
  operation: Operation,
  channel: Channel,
  seed: number = seedOf(operation.id),
): Draft {
  const payload = operation.message.known ? sample(operation.message.schema, seed) : undefined;
  const random = createRandom(seed);
  const places = channel.address === null ? [] : placesOf({ ...channel, address: channel.address });
  const params = places.map((place) => {
    // `shipments/{orderId}/dispatched` is about the order in the payload, where it names one.
    const named =
      typeof payload === "object" && payload !== null && Object.hasOwn(payload, place)
        ? Reflect.get(payload, place)
        : undefined;
    return [
      place,
      typeof named === "string" || typeof named === "number"
        ? String(named)
        : oneSegment(wordFor(place, random)),
    ] as const;
  });
  return {
    params: Object.fromEntries(params),
    payload: payload === undefined ? "" : JSON.stringify(payload, null, 2),
    headers: {},
  };
}

function oneSegment(text: string): string {
  return text.replaceAll(/[^\w-]+/g, "-");
}

/** What tells the address of a channel from the same address elsewhere; a pattern means plain addresses. */
export function spaceOf({
  kind,
  exchange,
  bucket,
}: Channel): Pick<SavedMessage, "kind" | "exchange" | "bucket"> {
  return {
    ...(kind === undefined || kind === "pattern" ? {} : { kind }),
    ...(exchange === undefined ? {} : { exchange: exchange.name }),
    ...(bucket === undefined ? {} : { bucket }),
  };
}

function isSameSpace(message: SavedMessage, channel: Channel): boolean {
  const space = spaceOf(channel);
  return (
    message.protocol === channel.protocol &&
    message.kind === space.kind &&
    message.exchange === space.exchange &&
    message.bucket === space.bucket
  );
}

/** The first saved message that was saved for the channel, with its address taken apart again. */
export function savedDraft(
  messages: readonly SavedMessage[],
  operation: Operation,
  channel: Channel,
): Draft | undefined {
  for (const message of messages) {
    if (channel.address === null || !isSameSpace(message, channel)) continue;
    const params = read({ ...channel, address: channel.address }, message.address);
    if (params === null) continue;
    const isText = typeof message.payload === "string" && !operation.message.known;
    return {
      params,
      payload: isText ? String(message.payload) : JSON.stringify(message.payload, null, 2),
      headers: message.headers ?? {},
      ...(message.key === undefined ? {} : { key: message.key }),
    };
  }
  return undefined;
}
