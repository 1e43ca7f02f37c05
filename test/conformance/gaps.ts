/**
 * What the emulator's open gaps (../emulator/mqtt-gaps.ts) mean for a driver. The suite tries what happens instead, so
 * a gap that closes fails there, too, and its row goes.
 */
import type { Facts } from "./bench.ts";

export const openGaps = {
  "$share is refused": { groups: "refused" },
  "MQTT 5: PUBACK does not tell that nobody listens (reason code 0x10)": { requests: "timeout" },
} as const satisfies Record<string, Partial<Facts>>;
