/** What a declaration names: an address as text, or a channel that is more than that: `queue("q")`, `stream("s", { group })`. */
import { ts } from "ts-morph";
import { DEFAULT_EXCHANGE, exchangeOption, readBindings, textOption } from "./exchanges.ts";
import type { Env, Follower, Found } from "./follow.ts";
import type { ChannelFound, DeadLetterFound } from "./found.ts";
import { callOf, type Made } from "./made.ts";
import { optionOf } from "./options.ts";
import { declarationOf } from "./scope.ts";
import { textOf } from "./texts.ts";

export interface Named {
  /** Without the prefix; null where it could not be resolved. */
  readonly address: string | null;
  readonly channel: ChannelFound;
  /** What the channel itself says of who shares its messages. */
  readonly group: string | undefined;
}

/** Resolves an expression to an address; null where it cannot. */
export type Addressing = (node: ts.Expression | undefined, env: Env | null) => string | null;

export function readChannel(
  follower: Follower,
  node: ts.Expression | undefined,
  env: Env | null,
  addressing: Addressing,
): Named {
  const made = node === undefined ? null : callOf(follower, node, env, "channel");
  if (made === null) return { address: addressing(node, env), channel: {}, group: undefined };
  const [first, second] = made.node.arguments;
  const options = second === undefined ? null : follower.follow(second, made.env);
  return readers[made.made]?.({ follower, made, first, options, addressing }) ?? unknown;
}

/** Whether a declaration's first argument is the same however the function around it is called. */
export function isSettled(follower: Follower, node: ts.Expression): boolean {
  if (textOf(follower, node, null).known) return true;
  const made = callOf(follower, node, null, "channel");
  if (made === null || made.env !== null || usesParameter(made.node)) return false;
  return readChannel(follower, node, null, (each) => text(follower, each, null)).address !== null;
}

const unknown: Named = { address: null, channel: {}, group: undefined };

interface Given {
  readonly follower: Follower;
  readonly made: Made;
  readonly first: ts.Expression | undefined;
  readonly options: Found | null;
  readonly addressing: Addressing;
}

/** By the names of the functions; Kafka's and Redis' `pattern` is one. */
const readers: Readonly<Record<string, (given: Given) => Named>> = {
  pattern: ({ follower, made, first }) => ({
    address: first === undefined ? null : patternOf(follower, first, made.env),
    channel: { kind: "pattern" },
    group: undefined,
  }),
  partitions: (given) => ({ ...unknown, address: nameOf(given) }),
  queue: (given) => {
    const { follower, options } = given;
    const address = nameOf(given);
    const isStream = textOption(follower, options, "type") === "stream";
    const bindings = readBindings(follower, optionOf(follower, options, "bind"));
    const deadLetter = deadLetterOf(follower, options);
    return {
      address,
      channel: {
        kind: isStream ? "stream" : "queue",
        ...(bindings.length === 0 ? {} : { bindings }),
        ...(deadLetter === undefined ? {} : { deadLetter }),
      },
      // A stream gives all messages to each.
      group: isStream ? undefined : (address ?? undefined),
    };
  },
  jetstream: (given) => {
    const stream = streamOf(given.follower, given.options);
    return {
      address: nameOf(given),
      channel: stream === undefined ? {} : { stream },
      group: textOption(given.follower, given.options, "durable"),
    };
  },
  kv: (given) => bucketOf(given, "kv", "key"),
  objects: (given) => bucketOf(given, "objects", "name"),
  list: (given) => {
    const address = nameOf(given);
    const rejected = textOption(given.follower, given.options, "rejected");
    return {
      address,
      channel: {
        kind: "list",
        ...(rejected === undefined ? {} : { deadLetter: { list: rejected } }),
      },
      group: address ?? undefined,
    };
  },
  stream: (given) => ({
    address: nameOf(given),
    channel: { kind: "stream" },
    group: textOption(given.follower, given.options, "group"),
  }),
};

function nameOf({ made, first, addressing }: Given): string | null {
  return addressing(first, made.env);
}

/** Where what is rejected of a queue goes; `queue` names the options of it. */
export function deadLetterOf(follower: Follower, queue: Found | null): DeadLetterFound | undefined {
  const given = optionOf(follower, queue, "deadLetter");
  if (given === null) return undefined;
  const options = follower.follow(given.node, given.env);
  const exchange = exchangeOption(follower, options, "exchange");
  if (exchange === null) return undefined;
  return { exchange: exchange ?? DEFAULT_EXCHANGE, key: textOption(follower, options, "key") };
}

/** By its name, or as a declaration with one. */
function streamOf(follower: Follower, options: Found | null): string | undefined {
  const named = textOption(follower, options, "stream");
  if (named !== undefined) return named;
  const given = optionOf(follower, options, "stream");
  return given === null
    ? undefined
    : textOption(follower, follower.follow(given.node, given.env), "name");
}

function bucketOf(given: Given, kind: "kv" | "objects", part: "key" | "name"): Named {
  const { follower, made, first, options, addressing } = given;
  const bucket = first === undefined ? null : text(follower, first, made.env);
  const within = optionOf(follower, options, part);
  const address = within === null ? ">" : addressing(within.node as ts.Expression, within.env);
  return {
    address: bucket === null ? null : address,
    channel: { kind, ...(bucket === null ? {} : { bucket }) },
    group: undefined,
  };
}

/** A regular expression as it is written, or a glob's text. */
function patternOf(follower: Follower, node: ts.Expression, env: Env | null): string | null {
  const found = follower.follow(node, env);
  if (found.kind !== "node") return null;
  if (ts.isRegularExpressionLiteral(found.node)) return found.node.text;
  if (ts.isNewExpression(found.node) || ts.isCallExpression(found.node)) {
    const made = follower.follow(found.node.expression, found.env);
    const isRegExp = made.kind === "external" && made.module === "" && made.path[0] === "RegExp";
    const [source, flags] = found.node.arguments ?? [];
    if (!isRegExp || source === undefined) return text(follower, node, env);
    const written = patternOf(follower, source, found.env);
    const given = flags === undefined ? "" : text(follower, flags, found.env);
    if (written === null || given === null) return null;
    return written.startsWith("/") ? written : `/${written.replaceAll("/", "\\/")}/${given}`;
  }
  return text(follower, node, env);
}

function text(follower: Follower, node: ts.Expression | undefined, env: Env | null): string | null {
  const found = node === undefined ? null : textOf(follower, node, env);
  return found?.known === true ? found.text : null;
}

function usesParameter(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) {
    const declaration = declarationOf(node.text, node);
    return declaration !== null && ts.findAncestor(declaration, ts.isParameter) !== undefined;
  }
  return ts.forEachChild(node, (child) => usesParameter(child) || undefined) ?? false;
}
