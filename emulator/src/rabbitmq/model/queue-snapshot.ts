/** What waits in a queue, as plain data. */
import { restoreMessage, snapshotMessage } from "./message-snapshot.ts";
import type { LetterSnapshot } from "./queue-deaths.ts";
import type { Entry } from "./ready-messages.ts";

export interface QueueSnapshot {
  /** In the order in which they are to be ready. */
  readonly messages: readonly EntrySnapshot[];
  readonly letters: readonly LetterSnapshot[];
  /** When x-expires takes the queue, ms since 1970. */
  readonly unusedUntil: number | null;
}

type EntrySnapshot = Omit<Entry, "message" | "position"> & { readonly message: unknown };

export function snapshotEntry({ message, ...entry }: Entry): EntrySnapshot {
  const { expires, priority, redelivered, returns } = entry;
  return { message: snapshotMessage(message), expires, priority, redelivered, returns };
}

/** Times move by as much as the clock has. @throws {TypeError} */
export function restoreQueue(
  snapshot: unknown,
  moved: number,
): Omit<QueueSnapshot, "messages"> & { readonly entries: readonly Omit<Entry, "position">[] } {
  const { messages, letters, unusedUntil } = snapshot as QueueSnapshot;
  const entries = messages.map(({ message, expires, ...entry }) => ({
    ...entry,
    message: restoreMessage(message),
    expires: expires === 0 ? 0 : expires + moved,
  }));
  return { entries, letters, unusedUntil: unusedUntil === null ? null : unusedUntil + moved };
}
