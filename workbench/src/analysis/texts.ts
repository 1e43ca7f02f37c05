/** The text that an expression is known to have before anything runs: addresses, groups, titles, urls. */
import { ts } from "ts-morph";
import type { Env, Follower, Found } from "./follow.ts";
import { nameOf } from "./syntax.ts";

export type Text =
  /**
   * `variable` is the environment variable that may replace it: `process.env.X ?? "text"`.
   * `mixed`: only a part of it comes from the environment, so none replaces the whole.
   */
  | {
      readonly known: true;
      readonly text: string;
      readonly variable?: string;
      readonly mixed?: true;
    }
  | { readonly known: false; readonly variable?: string; readonly mixed?: true };

const unknown: Text = { known: false };

export function textOf(follower: Follower, node: ts.Node, env: Env | null): Text {
  const found = follower.follow(node, env);
  return found.kind === "node"
    ? follower.guarded(found.node, unknown, () => read(follower, found))
    : read(follower, found);
}

/** The texts of a list that are known. */
export function textsOf(follower: Follower, node: ts.Node, env: Env | null): readonly string[] {
  const list = follower.follow(node, env);
  if (list.kind !== "node" || !ts.isArrayLiteralExpression(list.node)) return [];
  return list.node.elements.flatMap((element): readonly string[] => {
    if (ts.isSpreadElement(element)) return textsOf(follower, element.expression, list.env);
    const text = textOf(follower, element, list.env);
    return text.known ? [text.text] : [];
  });
}

function read(follower: Follower, found: Found): Text {
  if (found.kind === "lost") return unknown;
  if (found.kind === "external") {
    const variable = environmentVariable(found);
    return variable === null ? unknown : { known: false, variable };
  }
  const { node, env } = found;
  const of = (part: ts.Node) => textOf(follower, part, env);

  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node))
    return { known: true, text: node.text };
  if (ts.isTemplateExpression(node))
    return join([
      { known: true, text: node.head.text },
      ...node.templateSpans.flatMap((span): Text[] => [
        of(span.expression),
        { known: true, text: span.literal.text },
      ]),
    ]);
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    if (operator === ts.SyntaxKind.PlusToken) return join([of(node.left), of(node.right)]);
    if (operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.BarBarToken)
      return withDefault(of(node.left), () => of(node.right));
  }
  if (ts.isEnumMember(node)) return enumText(follower, node, env);
  // `const { X = "default" } = process.env`
  if (ts.isBindingElement(node) && node.initializer !== undefined) {
    const variable = nameOf(node.propertyName ?? node.name);
    return withDefault(variable === null ? unknown : { known: false, variable }, () =>
      of(node.initializer as ts.Expression),
    );
  }
  if (ts.isCallExpression(node)) return callText(follower, node, env);
  return unknown;
}

/** A text that may be missing, and what stands in for it. */
function withDefault(text: Text, otherwise: () => Text): Text {
  if (text.known) return text;
  const fallback = otherwise();
  // Something that is neither known nor of the environment may be anything, whatever stands in for it.
  if (text.variable === undefined) return unknown;
  return fallback.known
    ? { known: true, text: fallback.text, variable: text.variable }
    : { known: false, variable: text.variable };
}

function join(parts: readonly Text[]): Text {
  let text = "";
  for (const part of parts) {
    if (!part.known) return unknown;
    text += part.text;
  }
  const isMixed = parts.some((part) => part.variable !== undefined || part.mixed === true);
  return isMixed ? { known: true, text, mixed: true } : { known: true, text };
}

function enumText(follower: Follower, node: ts.EnumMember, env: Env | null): Text {
  if (node.initializer !== undefined) return textOf(follower, node.initializer, env);
  const before = node.parent.members.slice(0, node.parent.members.indexOf(node)).toReversed();
  const counted = before.findIndex((member) => member.initializer !== undefined);
  if (counted < 0) return { known: true, text: String(before.length) };
  const start = textOf(follower, before[counted]?.initializer as ts.Expression, env);
  return start.known ? { known: true, text: String(Number(start.text) + counted + 1) } : unknown;
}

/** The few calls that put texts together: `["a", "b"].join(".")`, `"a".concat("b")`, `String(x)`, `x.toLowerCase()`. */
function callText(follower: Follower, node: ts.CallExpression, env: Env | null): Text {
  const of = (part: ts.Node) => textOf(follower, part, env);
  const [first] = node.arguments;
  if (ts.isIdentifier(node.expression))
    return node.expression.text === "String" && first !== undefined ? of(first) : unknown;
  if (!ts.isPropertyAccessExpression(node.expression)) return unknown;
  const { expression: target, name } = node.expression;
  if (name.text === "join") {
    const list = follower.follow(target, env);
    const between: Text = first === undefined ? { known: true, text: "," } : of(first);
    if (list.kind !== "node" || !ts.isArrayLiteralExpression(list.node) || !between.known)
      return unknown;
    const parts = list.node.elements.map((element) => textOf(follower, element, list.env));
    return join(parts.flatMap((part, index) => (index === 0 ? [part] : [between, part])));
  }
  if (name.text === "concat") return join([of(target), ...node.arguments.map(of)]);
  const text =
    name.text === "toString" || name.text === "toLowerCase" || name.text === "toUpperCase"
      ? of(target)
      : unknown;
  if (!text.known || name.text === "toString") return text;
  return {
    ...text,
    text: name.text === "toLowerCase" ? text.text.toLowerCase() : text.text.toUpperCase(),
  };
}

/** `process.env.X`, however `process` or `env` got its name. */
function environmentVariable(found: { module: string; path: readonly string[] }): string | null {
  const [a, b, c] =
    found.module === ""
      ? found.path
      : ["process", ...found.path.filter((part) => part !== "default" && part !== "process")];
  const ofProcess =
    found.module === "" || found.module === "node:process" || found.module === "process";
  return ofProcess && a === "process" && b === "env" && c !== undefined ? c : null;
}
