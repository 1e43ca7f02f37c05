/** What the tests that make the pages of capabilities share. */
import { readdirSync, readFileSync } from "node:fs";

export function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, "", ...lines, ""];
}

export function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

/** The source of a folder, where something is no table. */
export function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(test|bench)\.ts$/.test(file))
    .map((file) => readFileSync(`${folder}/${file}`, "utf8"));
}
