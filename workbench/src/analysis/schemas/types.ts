/** JSON Schemas from TypeScript types, through the checker: what `JSON.stringify` makes of a value of the type. */
import { ts } from "ts-morph";
import type { Bound, Follower } from "../follow.ts";
import type { Workspace } from "../workspace.ts";
import { jsdocKeywords } from "./jsdoc.ts";
import {
  allOf,
  anyOf,
  arrayOf,
  constant,
  type Gap,
  gapsAt,
  known,
  objectOf,
  type Part,
  type Side,
  tupleOf,
  unread,
  withGap,
  withKeywords,
} from "./part.ts";
import { libraries } from "./libraries.ts";
import { nameIn } from "./library.ts";
import { readSchema } from "./reader.ts";

/** Classes of JavaScript's own that JSON makes `{}` of, or refuses. */
const CANNOT_TRAVEL = new Set([
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Promise",
  "RegExp",
  "Error",
  "ArrayBuffer",
  "Uint8Array",
  "Function",
]);
const NOT_INSTALLED = "its type is not known: are the dependencies installed (npm install)?";

export class TypeReader {
  readonly #workspace: Workspace;
  readonly #follower: Follower;

  constructor(workspace: Workspace, follower: Follower) {
    this.#workspace = workspace;
    this.#follower = follower;
  }

  /** A type as it is written: `Order`, `{ id: string }`, `z.infer<typeof Order>`. */
  ofNode(node: ts.TypeNode, side: Side): Part {
    const inferred = this.inferred(node);
    if (inferred !== null) return inferred;
    const checker = this.#checkerFor(node);
    return new TypeWalk(checker, this).whole(checker.getTypeFromTypeNode(node), side);
  }

  /** The type of a value that is sent. */
  ofValue(node: ts.Node): Part {
    const checker = this.#checkerFor(node);
    return new TypeWalk(checker, this).whole(
      checker.getWidenedType(checker.getTypeAtLocation(node)),
      "output",
    );
  }

  /** One side of a schema of any library, by Standard Schema's `~standard.types`, or zod 3's `_input` and `_output`. */
  ofSchema(node: ts.Node, side: Side): Part {
    const checker = this.#checkerFor(node);
    const schema = checker.getTypeAtLocation(node);
    const standard =
      memberType(checker, schema, ["~standard", "types", side], node) ??
      memberType(checker, schema, [`_${side}`], node);
    if (standard !== null) return new TypeWalk(checker, this).whole(standard, side);
    return unread(
      (schema.flags & ts.TypeFlags.Any) !== 0
        ? `${node.getText()} could not be read: ${NOT_INSTALLED}`
        : `${node.getText()} is not a schema that the workbench can read`,
    );
  }

  /** `z.infer<typeof Order>`, also by the name of a type alias: read from the schema's call chain, installed or not. */
  inferred(node: ts.TypeNode): Part | null {
    if (!ts.isTypeReferenceNode(node)) return null;
    const found = this.#follower.followType(node);
    if (found.kind === "node") {
      const isAlias =
        ts.isTypeAliasDeclaration(found.node) && found.node.typeParameters === undefined;
      if (!isAlias) return null;
      const { type } = found.node;
      return this.#follower.guarded(type, null, () => this.inferred(type));
    }
    const [argument] = node.typeArguments ?? [];
    if (found.kind !== "external" || argument === undefined || !ts.isTypeQueryNode(argument))
      return null;
    const side = libraries
      .map((library) => library.sides[nameIn(library, found) ?? ""])
      .find((each) => each !== undefined);
    const schema = this.#follower.followType(argument);
    return side === undefined || schema.kind !== "node" ? null : this.ofCalls(schema, side);
  }

  /** A schema's wire side as its calls tell it, with the types' help; null where it is of no library that is known. */
  ofCalls(given: Bound, side: Side): Part | null {
    return readSchema(
      { follower: this.#follower, libraries, side, ofTypes: (each, of) => this.ofSchema(each, of) },
      given,
    );
  }

  /** What the checker says of a file rests on everything that the file needs. */
  #checkerFor(node: ts.Node): ts.TypeChecker {
    for (const path of this.#workspace.closureOf(node.getSourceFile().fileName))
      this.#workspace.touch(path);
    return this.#workspace.checker();
  }
}

interface Frame {
  readonly type: ts.Type;
  readonly name: string;
  used: boolean;
}

class TypeWalk {
  readonly #checker: ts.TypeChecker;
  readonly #reader: TypeReader;
  readonly #stack: Frame[] = [];
  readonly #definitions = new Map<string, Part>();

  constructor(checker: ts.TypeChecker, reader: TypeReader) {
    this.#checker = checker;
    this.#reader = reader;
  }

  whole(type: ts.Type, side: Side): Part {
    const part = this.#read(type, side);
    if (this.#definitions.size === 0) return part;
    const definitions = [...this.#definitions];
    const gaps: Gap[] = definitions.flatMap(([name, definition]) =>
      gapsAt(`/$defs/${name}`, definition),
    );
    return {
      ...part,
      schema: {
        ...part.schema,
        $defs: Object.fromEntries(definitions.map(([name, { schema }]) => [name, schema])),
      },
      gaps: [...part.gaps, ...gaps],
    };
  }

  #read(type: ts.Type, side: Side): Part {
    const { flags } = type;
    if (flags & ts.TypeFlags.Any)
      return unread(
        (type as ts.Type & { intrinsicName?: string }).intrinsicName === "error"
          ? NOT_INSTALLED
          : "its type is any",
      );
    if (flags & ts.TypeFlags.Unknown) return unread("its type is unknown");
    if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void))
      return { ...known({ not: {} }), optional: true };
    if (flags & ts.TypeFlags.Never) return known({ not: {} });
    if (flags & ts.TypeFlags.Null) return known({ type: "null" });
    if (type.isStringLiteral() || type.isNumberLiteral()) return constant(type.value);
    if (flags & ts.TypeFlags.BooleanLiteral)
      return constant(this.#checker.typeToString(type) === "true");
    if (type.isUnion()) return this.#union(type, side);
    if (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping))
      return known({ type: "string" });
    if (flags & ts.TypeFlags.NumberLike) return known({ type: "number" });
    if (flags & ts.TypeFlags.Boolean) return known({ type: "boolean" });
    if (flags & ts.TypeFlags.BigIntLike) return unread("a bigint does not travel as JSON");
    if (flags & ts.TypeFlags.ESSymbolLike) return unread("a symbol does not travel as JSON");
    if (flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint === undefined
        ? unread("its type is a type parameter")
        : this.#read(constraint, side);
    }
    if (type.isIntersection()) {
      // A branded primitive: `string & { __brand: "OrderId" }`.
      const primitive = type.types.find(
        (each) => (each.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0,
      );
      if (primitive !== undefined) return this.#read(primitive, side);
      if (type.types.some((each) => each.isUnion()))
        return allOf(type.types.map((each) => this.#read(each, side)));
    }
    return this.#objectOnce(type, side);
  }

  #union(type: ts.UnionType, side: Side): Part {
    const present = type.types.filter(
      (each) => (each.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) === 0,
    );
    const booleans = present.filter((each) => each.flags & ts.TypeFlags.BooleanLiteral);
    const rest =
      booleans.length === 2 ? present.filter((each) => !booleans.includes(each)) : present;
    const literals = rest.filter(
      (each) => (each.flags & (ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral)) !== 0,
    );
    const parts = [
      ...(literals.length > 0 ? [anyOf(literals.map((each) => this.#read(each, side)))] : []),
      ...rest
        .filter((each) => !literals.includes(each) && !(each.flags & ts.TypeFlags.Null))
        .map((each) => this.#read(each, side)),
      ...(booleans.length === 2 ? [known({ type: "boolean" })] : []),
      ...(rest.some((each) => each.flags & ts.TypeFlags.Null) ? [known({ type: "null" })] : []),
    ];
    const part = parts.length === 0 ? known({ not: {} }) : anyOf(parts);
    return present.length < type.types.length ? { ...part, optional: true } : part;
  }

  /** A type that holds itself becomes a definition that refers to itself. */
  #objectOnce(type: ts.Type, side: Side): Part {
    const open = this.#stack.find((frame) => frame.type === type);
    if (open !== undefined) {
      open.used = true;
      return known({ $ref: open === this.#stack[0] ? "#" : `#/$defs/${open.name}` });
    }
    const frame: Frame = { type, name: this.#nameFor(type), used: false };
    this.#stack.push(frame);
    const part = this.#object(type, side);
    this.#stack.pop();
    if (!frame.used || this.#stack.length === 0) return part;
    this.#definitions.set(frame.name, part);
    return known({ $ref: `#/$defs/${frame.name}` });
  }

  #object(type: ts.Type, side: Side): Part {
    const checker = this.#checker;
    const name = type.getSymbol()?.getName() ?? "";
    if (checker.isArrayType(type))
      return arrayOf(
        this.#read(
          checker.getTypeArguments(type as ts.TypeReference)[0] ?? checker.getAnyType(),
          side,
        ),
      );
    if (checker.isTupleType(type)) return this.#tuple(type as ts.TupleTypeReference, side);
    if (name === "Date") return known({ type: "string", format: "date-time" });
    if (CANNOT_TRAVEL.has(name) && isOfLibrary(type))
      return unread(`a ${name} does not travel as JSON`);
    const toJson = type.getProperty("toJSON");
    const [json] = toJson === undefined ? [] : checker.getTypeOfSymbol(toJson).getCallSignatures();
    if (json !== undefined) return this.#read(json.getReturnType(), side);
    if (type.getCallSignatures().length > 0) return unread("a function does not travel as JSON");

    const properties = new Map<string, Part>();
    for (const property of checker.getPropertiesOfType(type)) {
      if (property.getName().startsWith("__@") || isPrivate(property)) continue;
      const value = checker.getTypeOfSymbol(property);
      // JSON leaves functions out.
      if (value.getCallSignatures().length > 0) continue;
      properties.set(property.getName(), this.#property(property, value, side));
    }
    const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index === undefined) return objectOf(properties);
    const values = this.#read(index, side);
    const part = objectOf(properties, { additionalProperties: values.schema });
    const { properties: own, ...schema } = part.schema;
    return {
      ...part,
      schema: properties.size === 0 ? schema : { ...schema, properties: own },
      gaps: [...part.gaps, ...gapsAt("/additionalProperties", values)],
    };
  }

  #property(property: ts.Symbol, type: ts.Type, side: Side): Part {
    const annotation = annotationOf(property);
    const inferred =
      type.flags & ts.TypeFlags.Any && annotation !== null
        ? this.#reader.inferred(annotation)
        : null;
    const part = inferred ?? this.#read(type, side);
    const optional = part.optional || (property.flags & ts.SymbolFlags.Optional) !== 0;
    const { keywords, gaps } = jsdocKeywords(property, this.#checker);
    return { ...gaps.reduce(withGap, withKeywords(part, keywords)), optional };
  }

  #tuple(type: ts.TupleTypeReference, side: Side): Part {
    const types = this.#checker.getTypeArguments(type);
    const parts = types.map((each, index) => {
      const optional = ((type.target.elementFlags[index] ?? 0) & ts.ElementFlags.Optional) !== 0;
      const part = this.#read(each, side);
      return optional ? { ...part, optional } : part;
    });
    const rest = type.target.elementFlags.findIndex((flags) => flags & ts.ElementFlags.Variable);
    return rest < 0 ? tupleOf(parts, null) : tupleOf(parts.slice(0, rest), parts[rest] ?? null);
  }

  #nameFor(type: ts.Type): string {
    const own = (type.aliasSymbol ?? type.getSymbol())?.getName() ?? "";
    const name = /^[A-Za-z_]\w*$/.test(own) && !own.startsWith("__") ? own : "type";
    let free = name;
    for (
      let count = 2;
      this.#definitions.has(free) || this.#stack.some((frame) => frame.name === free);
      count++
    )
      free = `${name}${count}`;
    return free;
  }
}

function memberType(
  checker: ts.TypeChecker,
  type: ts.Type,
  path: readonly string[],
  at: ts.Node,
): ts.Type | null {
  let current = type;
  for (const name of path) {
    const property = checker.getNonNullableType(current).getProperty(name);
    if (property === undefined) return null;
    current = checker.getTypeOfSymbolAtLocation(property, at);
  }
  return current;
}

function annotationOf(property: ts.Symbol): ts.TypeNode | null {
  const declaration = property.valueDeclaration;
  return declaration !== undefined &&
    (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration))
    ? (declaration.type ?? null)
    : null;
}

function isPrivate(property: ts.Symbol): boolean {
  return (
    property.valueDeclaration !== undefined &&
    ts.isPropertyDeclaration(property.valueDeclaration) &&
    ts.isPrivateIdentifier(property.valueDeclaration.name)
  );
}

function isOfLibrary(type: ts.Type): boolean {
  return (
    type
      .getSymbol()
      ?.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile) ?? false
  );
}
