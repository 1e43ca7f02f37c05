/** Requests may say what they need at least: Nats-Required-Api-Level of nats-server 2.12, ADR-44 of nats-architecture-and-design. */
import { headerValue } from "./header-block.ts";

/** What there is here is that of 2.12. */
const API_LEVEL = 2;

/** Whether a request needs more than there is, or what it needs cannot be read. */
export function asksTooMuch(headers: Uint8Array | undefined): boolean {
  const level = headerValue(headers, "Nats-Required-Api-Level") ?? "";
  return level !== "" && !(/^[+-]?\d+$/.test(level) && Number(level) <= API_LEVEL);
}
