/** .proto files, read with the files that they import. https://protobuf.dev/reference/protobuf/proto3-spec/ */
import protobuf from "protobufjs";
import type { ReferencedSchema } from "../parsed-schema.ts";

export interface ProtoFile {
  readonly syntax: "proto2" | "proto3";
  readonly packageName: string;
  readonly imports: readonly string[];
  /** With all that it imports. */
  readonly root: protobuf.Root;
  /** What it declares itself, found in the root. */
  readonly declared: readonly protobuf.ReflectionObject[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws {Error} where it cannot be parsed, or names types that are nowhere. */
export function readProto(text: string, references: readonly ReferencedSchema[]): ProtoFile {
  const alone = new protobuf.Root();
  const { package: packageName = "", imports = [] } = parse(text, alone);
  const own = packageName === "" ? alone : alone.lookup(packageName);
  const root = new protobuf.Root();
  const given = new Map(references.map((reference) => [reference.name, reference.text]));
  for (const reference of given.values()) addFile(reference, root, new Set(given.keys()));
  addFile(text, root, new Set(given.keys()));
  const isComplete = imports.every((name) => given.has(name) || !FURTHER.test(name));
  if (isComplete) root.resolveAll();
  const declared = own instanceof protobuf.Namespace ? own.nestedArray : [];
  return {
    syntax: /^\s*syntax\s*=\s*["']proto3["']/m.test(text) ? "proto3" : "proto2",
    packageName,
    imports,
    root,
    options: own?.options ?? {},
    declared: declared.flatMap(({ name }) => {
      const found = root.lookup(packageName === "" ? name : `${packageName}.${name}`);
      return found === null ? [] : [found];
    }),
  };
}

/** Files that the real one has at hand and protobufjs has not: their types are not looked for. */
const FURTHER = /^(google\/(type|api|rpc)|confluent)\//;

function addFile(text: string, root: protobuf.Root, given: ReadonlySet<string>): void {
  for (const name of parse(text, root).imports ?? []) {
    const common = given.has(name) ? null : protobuf.common.get(name);
    if (common?.nested !== undefined) root.addJSON(common.nested);
  }
}

function parse(text: string, root: protobuf.Root): protobuf.IParserResult {
  return protobuf.parse(text, root, { keepCase: true });
}
