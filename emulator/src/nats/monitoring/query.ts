/** What a page of the monitoring is asked, and what it may look at. */
import type { Server } from "../model/server.ts";

export type Query = URLSearchParams;

export interface View {
  readonly server: Server;
  /** How often each page was asked for. */
  readonly asked: Readonly<Record<string, number>>;
}

/** A number of the query. @throws {RangeError} for what is none. */
export function numberIn(query: Query, name: string, otherwise: number): number {
  const given = query.get(name);
  if (given === null || given === "") return otherwise;
  if (!/^\d+$/.test(given))
    throw new RangeError(`error decoding number of value '${name}' for '${given}'`);
  return Number(given);
}

export function isAsked(query: Query, name: string): boolean {
  const given = query.get(name);
  return given === "1" || given === "true";
}

/** Of all accounts, those of the server itself as well. */
export function subscriptionsOf({ accounts }: Server): number {
  let count = 0;
  for (const { router } of accounts.values()) count += router.count;
  return count;
}

/** As Go writes it. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** `1d2h3m4s`. */
export function uptime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400 / 365), "y"],
    [Math.floor(seconds / 86_400) % 365, "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count, unit]) => count > 0 || unit === "s");
  return parts
    .slice(first)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
