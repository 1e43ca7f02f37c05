/** A .proto file as its descriptor, which some clients send and ask for: https://protobuf.dev/reference/protobuf/google.protobuf/#file-descriptor-proto */
import protobuf from "protobufjs";
import descriptor, {
  type IDescriptorProto,
  type IFileDescriptorProto,
} from "protobufjs/ext/descriptor.js";
import type { ProtoFile } from "./files.ts";

const { FileDescriptorProto } = descriptor;

/** @throws {Error} where this is none. */
export function decodeFile(base64: string): IFileDescriptorProto {
  const message = FileDescriptorProto.decode(Buffer.from(base64, "base64"));
  return FileDescriptorProto.toObject(message, { enums: String });
}

/** What the real one calls a file that it knows no name of. */
const NAME = "default";

export function encodeFile(file: ProtoFile): string {
  const { syntax, packageName, imports, declared, options } = file;
  const each = <T extends protobuf.ReflectionObject>(kind: abstract new (...args: never[]) => T) =>
    declared.filter((object): object is T => object instanceof kind);
  const described = {
    name: NAME,
    ...(packageName === "" ? {} : { package: packageName }),
    dependency: imports,
    messageType: each(protobuf.Type).map((type) => describeType(type, syntax)),
    enumType: each(protobuf.Enum).map((type) => type.toDescriptor()),
    service: each(protobuf.Service).map((service) => service.toDescriptor()),
    options: Object.fromEntries(
      Object.entries(options).map(([name, value]) => [protobuf.util.camelCase(name), value]),
    ),
    ...(syntax === "proto3" ? { syntax } : {}),
  };
  const bytes = FileDescriptorProto.encode(FileDescriptorProto.fromObject(described)).finish();
  return Buffer.from(bytes).toString("base64");
}

/** protobufjs names types as they were written, and the entries of maps in its own way; others ask for full names. */
function describeType(type: protobuf.Type, syntax: string): IDescriptorProto {
  const described = type.toDescriptor(syntax);
  for (const [index, field] of type.fieldsArray.entries()) {
    const own = described.field?.[index];
    if (own === undefined) continue;
    if (field instanceof protobuf.MapField) {
      const entry = described.nestedType?.find(({ name }) => name === own.typeName);
      const name = `${pascalCase(field.name)}Entry`;
      own.typeName = `${type.fullName}.${name}`;
      if (entry === undefined) continue;
      entry.name = name;
      const value = entry.field?.[1];
      if (value !== undefined && field.resolvedType !== null)
        value.typeName = field.resolvedType.fullName;
    } else if (field.resolvedType !== null) {
      own.typeName = field.resolvedType.fullName;
    }
  }
  described.nestedType = [
    ...(described.nestedType ?? []).filter(({ options }) => options?.mapEntry === true),
    ...type.nestedArray.flatMap((nested) =>
      nested instanceof protobuf.Type ? [describeType(nested, syntax)] : [],
    ),
  ];
  orderOneofs(described);
  return described;
}

/** Those that only stand for `optional` come last: other libraries refuse the rest. */
function orderOneofs(described: IDescriptorProto): void {
  // A message has 0 where nothing was said.
  const members = (described.field ?? []).filter((field) => Object.hasOwn(field, "oneofIndex"));
  const oneofs = described.oneofDecl ?? [];
  const isWritten = (index: number) =>
    members.every((field) => field.oneofIndex !== index || field.proto3Optional !== true);
  const order = [...oneofs.keys()].toSorted(
    (one, other) => Number(isWritten(other)) - Number(isWritten(one)),
  );
  described.oneofDecl = order.flatMap((index) => oneofs[index] ?? []);
  for (const field of members) field.oneofIndex = order.indexOf(field.oneofIndex ?? 0);
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z\d]?)/g, (_, letter: string) => letter.toUpperCase());
}
