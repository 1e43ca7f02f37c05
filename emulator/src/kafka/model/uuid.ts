/** Ids of topics and clusters: UUIDs as Kafka prints them, 22 characters of base64url. */
import { randomBytes } from "node:crypto";

export function randomId(): string {
  for (;;) {
    const bytes = randomBytes(16);
    // RFC 9562 §5.4
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const id = bytes.toString("base64url");
    // On a command line one with a dash in front would be taken for an option.
    if (!id.startsWith("-")) return id;
  }
}
