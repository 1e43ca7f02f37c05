/** How the tests read a fixture. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonSchema, Link, Operation, Place, Topology } from "../topology.ts";
import { analyze, openProject } from "./analyze.ts";

export function fixture(name: string): string {
  return join(fileURLToPath(new URL("fixtures", import.meta.url)), name);
}

export function read(folder: string, trusted = true): Omit<Topology, "revision"> {
  return analyze(openProject({ folder, trusted }));
}

export function readFixture(name: string): Omit<Topology, "revision"> {
  return read(fixture(name));
}

export function operation(topology: Pick<Topology, "operations">, id: string): Operation {
  const found = topology.operations.find((each) => each.id === id);
  if (found === undefined)
    throw new Error(
      `no operation ${id} in ${topology.operations.map((each) => each.id).join(", ")}`,
    );
  return found;
}

export function schemaOf(topology: Pick<Topology, "operations">, id: string): JsonSchema {
  const { message } = operation(topology, id);
  if (!message.known) throw new Error(`${id} is not known: ${message.why}`);
  return message.schema;
}

/** An operation in one line: `receive orders.new → bill (billing)`. */
export function inBrief(topology: Pick<Topology, "operations">): string[] {
  return topology.operations.map(({ id, name, group }) =>
    [id, name ?? "-", ...(group === undefined ? [] : [`(${group})`])].join(" "),
  );
}

/** The links of one kind, in one line each. */
export function linksIn(topology: Pick<Topology, "links">, kind: Link["kind"]): string[] {
  return topology.links
    .filter((link) => link.kind === kind)
    .map(({ from, to }) => `${from} > ${to}`);
}

/** What a place covers in its file. */
export function textAt(folder: string, { file, start, end }: Place): string {
  const lines = readFileSync(join(folder, file), "utf8")
    .split("\n")
    .slice(start.line, end.line + 1);
  const last = (lines.pop() ?? "").slice(0, end.character);
  const text = [...lines, last];
  return [(text[0] ?? "").slice(start.character), ...text.slice(1)].join("\n");
}
