/** SCRAM's mechanisms in the numbers of the protocol: KIP-554. */
import type { ScramMechanism } from "../../model/admin-contract.ts";

export const SCRAM_CODES: readonly (readonly [number, ScramMechanism])[] = [
  [1, "SCRAM-SHA-256"],
  [2, "SCRAM-SHA-512"],
];

export function mechanismOf(code: number): ScramMechanism | undefined {
  return SCRAM_CODES.find(([known]) => known === code)?.[1];
}
