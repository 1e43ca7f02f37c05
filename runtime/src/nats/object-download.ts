/**
 * The bytes of an object. The client waits for ever for parts that were deleted after it began, so while none comes it is
 * asked whether the object is still the same; one that was put anew meanwhile is read from its beginning.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ObjectStore } from "./driver.ts";

/** ms without a part before it is looked at. */
const PATIENCE = 1000;

/** @returns null where the object is gone. */
export async function download(store: ObjectStore, name: string): Promise<Uint8Array | null> {
  for (;;) {
    const found = await store.get(name);
    if (found === null) return null;
    const { info, data, error } = found;
    // The stream fails with it as well.
    error.catch(() => undefined);
    const reader = data.getReader();
    const parts: Uint8Array[] = [];
    let same = true;
    let next = reader.read();
    while (same) {
      const part = await Promise.race([next, pause(PATIENCE, undefined, { ref: false })]);
      if (part === undefined) {
        const now = await store.info(name);
        same = now !== null && !now.deleted && now.nuid === info.nuid;
      } else if (part.done) {
        return Buffer.concat(parts);
      } else {
        parts.push(part.value);
        next = reader.read();
      }
    }
    next.catch(() => undefined);
    await reader.cancel();
  }
}
