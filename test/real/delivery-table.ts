/** The table of docs/delivery.md as data: rows by their first cell, cells by their column. */
import { readFileSync } from "node:fs";

export type DeliveryTable = ReadonlyMap<string, Readonly<Record<string, string>>>;

export function readDeliveryTable(): DeliveryTable {
  const text = readFileSync(new URL("../../docs/delivery.md", import.meta.url), "utf8");
  const [head, , ...rows] = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    );
  if (head === undefined) throw new Error("docs/delivery.md has no table");
  return new Map(
    rows.map(([name = "", ...cells]) => [
      name,
      Object.fromEntries(cells.map((cell, index) => [head[index + 1] ?? "", cell])),
    ]),
  );
}
