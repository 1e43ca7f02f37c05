/**
 * What the emulator's open gaps (../emulator/mqtt-gaps.ts) mean for a driver. The suite tries what happens instead, so
 * a gap that closes fails there, too, and its row goes.
 */
import type { Facts } from "./bench.ts";

export const openGaps = {
  "MQTT 3.1.1: $share is taken for an ordinary topic, so a group's members receive nothing": {
    groups: "unheard",
  },
  "MQTT 5: $share is refused": { groups: "refused" },
  "MQTT 5: PUBACK does not tell that nobody listens (reason code 0x10)": { requests: "timeout" },
} as const satisfies Record<string, Partial<Facts>>;
