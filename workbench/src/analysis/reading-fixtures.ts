/** How the tests read a fixture. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonSchema, Operation, Topology } from "../topology.ts";
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
