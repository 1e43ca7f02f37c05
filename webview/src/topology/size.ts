/** How large each card is and where its ports are. Known before anything is drawn, so layout needs no measuring. */
import { channelLabel } from "../channel-words.ts";
import type { Card, ServiceCard } from "./graph.ts";
import type { Size } from "./places.ts";

/** The stylesheet uses the same numbers (topology.css, --card-*). */
export const HEADER = 48;
export const ROW = 24;
export const ROWS_PADDING = 6;
export const FOOTER = 26;
export const CHANNEL_HEIGHT = 60;
/** Room for the icon and two counts of four digits, beside what the channel is. */
const LEAST_CHANNEL = 172;
const LABEL_CHARACTER = 6.3;
const CLIENT: Size = { width: 148, height: 44 };

/** Widths of one character in the cards' fonts at their sizes, a little generous. */
const NAME_CHARACTER = 7.7;
const PORT_CHARACTER = 6.9;
const ADDRESS_CHARACTER = 7.3;

export function sizeOf(card: Card): Size {
  switch (card.kind) {
    case "service":
      return { width: serviceWidth(card), height: HEADER + rowsHeight(card) + FOOTER };
    case "channel":
      return {
        width: clamp(
          card.name.length * ADDRESS_CHARACTER + 64,
          LEAST_CHANNEL + Math.round(channelLabel(card.channel).length * LABEL_CHARACTER),
          284,
        ),
        height: CHANNEL_HEIGHT,
      };
    case "client":
      return CLIENT;
  }
}

export function rowsHeight(card: ServiceCard): number {
  const rows = Math.max(card.receives.length, card.sends.length);
  return rows === 0 ? 0 : rows * ROW + 2 * ROWS_PADDING;
}

/** Where a wire meets its card, from the card's top left corner. Without an operation: the header's side. */
export function portOf(
  card: Card,
  side: "in" | "out",
  operation: string | null,
): { x: number; y: number } {
  const { width, height } = sizeOf(card);
  const x = side === "in" ? 0 : width;
  if (card.kind !== "service") return { x, y: height / 2 };
  const row = (side === "in" ? card.receives : card.sends).findIndex((one) => one.id === operation);
  return { x, y: row < 0 ? HEADER / 2 : HEADER + ROWS_PADDING + row * ROW + ROW / 2 };
}

/** What a port is called: the variable it is kept in, else its channel's address. */
export function portLabel(operation: { readonly name?: string; readonly channel: string }): string {
  return operation.name ?? operation.channel.slice(operation.channel.indexOf(":") + 1);
}

function serviceWidth(card: ServiceCard): number {
  const header = card.name.length * NAME_CHARACTER + (card.problems.length > 0 ? 114 : 92);
  const both = card.receives.length > 0 && card.sends.length > 0;
  const ports =
    (longest(card.receives.map(portLabel)) + longest(card.sends.map(portLabel))) * PORT_CHARACTER;
  return Math.round(clamp(Math.max(header, ports + (both ? 78 : 40)), 164, 300));
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
