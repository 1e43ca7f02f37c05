/** Writes a descriptor as a .proto file, as the registry keeps what was sent as a descriptor. */
import type {
  IDescriptorProto,
  IEnumDescriptorProto,
  IFieldDescriptorProto,
  IFileDescriptorProto,
  IServiceDescriptorProto,
} from "protobufjs/ext/descriptor.js";

/** Not laid out: that is done to all files. */
export function writeProto(file: IFileDescriptorProto): string {
  const isProto3 = file.syntax === "proto3";
  const lines = [
    `syntax = "${isProto3 ? "proto3" : "proto2"}";`,
    ...(file.package ? [`package ${file.package};`] : []),
    ...(file.dependency ?? []).map((name: string, index: number) => {
      const isPublic = file.publicDependency?.includes(index) ? "public " : "";
      return `import ${isPublic}${JSON.stringify(name)};`;
    }),
    ...optionsOf(file.options).map((option) => `option ${option};`),
    ...(file.messageType ?? []).map((message) => writeMessage(message, isProto3)),
    ...(file.enumType ?? []).map(writeEnum),
    ...(file.service ?? []).map(writeService),
  ];
  return lines.join("\n");
}

function writeMessage(message: IDescriptorProto, isProto3: boolean): string {
  const { name, field: fields = [], nestedType: nested = [], oneofDecl: oneofs = [] } = message;
  const entries = new Map(
    nested.flatMap((type) => (type.options?.mapEntry ? [[type.name ?? "", type]] : [])),
  );
  const write = (field: IFieldDescriptorProto) => {
    const entry = entries.get(field.typeName?.split(".").at(-1) ?? "");
    return entry === undefined
      ? writeField(field, labelOf(field, isProto3))
      : writeMapField(field, entry);
  };
  /** An optional field of proto3 is alone in a `oneof` that nobody wrote. */
  const isInOneof = ({ oneofIndex, proto3Optional }: IFieldDescriptorProto) =>
    typeof oneofIndex === "number" && !proto3Optional;
  const written = [
    ...reserved(message),
    ...optionsOf(message.options).map((option) => `option ${option};`),
    ...fields.filter((field) => !isInOneof(field)).map(write),
    ...oneofs.flatMap(({ name: oneof }, index) => {
      const members = fields.filter((each) => isInOneof(each) && each.oneofIndex === index);
      if (members.length === 0) return [];
      return [`oneof ${oneof} { ${members.map((each) => writeField(each, "")).join(" ")} }`];
    }),
    ...nested.flatMap((type) => (type.options?.mapEntry ? [] : [writeMessage(type, isProto3)])),
    ...(message.enumType ?? []).map(writeEnum),
  ];
  return `message ${name} { ${written.join("\n")} }`;
}

function writeField(field: IFieldDescriptorProto, label: string): string {
  const { name, number, defaultValue, jsonName } = field;
  const options = optionsOf(field.options);
  if (typeof defaultValue === "string" && defaultValue !== "")
    options.unshift(
      `default = ${typeName(field) === "string" ? JSON.stringify(defaultValue) : defaultValue}`,
    );
  if (jsonName && jsonName !== camelCase(name ?? ""))
    options.push(`json_name = ${JSON.stringify(jsonName)}`);
  const shown = options.length === 0 ? "" : ` [${options.join(", ")}]`;
  return `${label}${typeName(field)} ${name} = ${number}${shown};`;
}

function writeMapField(field: IFieldDescriptorProto, entry: IDescriptorProto): string {
  const [key, value] = entry.field ?? [];
  return `map<${typeName(key ?? {})}, ${typeName(value ?? {})}> ${field.name} = ${field.number};`;
}

function labelOf({ label, proto3Optional }: IFieldDescriptorProto, isProto3: boolean): string {
  const word = String(label).replace("LABEL_", "").toLowerCase();
  return word === "repeated" || proto3Optional || !isProto3 ? `${word} ` : "";
}

/** Messages and enumerations have names of their own. */
function typeName({ type, typeName: named }: IFieldDescriptorProto): string {
  return named || String(type).replace("TYPE_", "").toLowerCase();
}

function reserved({ reservedName, reservedRange }: IDescriptorProto): string[] {
  const ranges = (reservedRange ?? []).map(({ start, end }) => {
    const last = (end ?? 0) - 1;
    return last === start ? `${start}` : `${start} to ${last >= 536_870_911 ? "max" : last}`;
  });
  const names = (reservedName ?? []).map((name) => JSON.stringify(name));
  return [ranges, names].flatMap((list) =>
    list.length === 0 ? [] : [`reserved ${list.join(", ")};`],
  );
}

function writeEnum({ name, value = [], options }: IEnumDescriptorProto): string {
  const lines = [
    ...optionsOf(options).map((option) => `option ${option};`),
    ...value.map((each) => {
      const own = optionsOf(each.options);
      return `${each.name} = ${each.number ?? 0}${own.length === 0 ? "" : ` [${own.join(", ")}]`};`;
    }),
  ];
  return `enum ${name} { ${lines.join("\n")} }`;
}

function writeService({ name, method = [] }: IServiceDescriptorProto): string {
  const lines = method.map((each) => {
    const input = `${each.clientStreaming ? "stream " : ""}${each.inputType}`;
    const output = `${each.serverStreaming ? "stream " : ""}${each.outputType}`;
    return `rpc ${each.name} (${input}) returns (${output});`;
  });
  return `service ${name} { ${lines.join("\n")} }`;
}

/** Options whose values are words and no texts. */
const WORDS = new Set(["optimizeFor", "ctype", "jstype", "idempotencyLevel"]);

/** Those of Protobuf itself; a client's own are not in what is read. */
function optionsOf(options: object | null | undefined): string[] {
  return Object.entries(options ?? {}).flatMap(([name, value]) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (typeof value === "string")
      return [`${snake} = ${WORDS.has(name) ? value : JSON.stringify(value)}`];
    return typeof value === "boolean" ? [`${snake} = ${value}`] : [];
  });
}

function camelCase(name: string): string {
  return name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}
