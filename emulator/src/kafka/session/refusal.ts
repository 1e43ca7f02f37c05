/**
 * The answer to a request that is refused as a whole: the error stands wherever the answer has room for one, by the
 * topics, partitions, groups that were asked for. Read off the layout of the answer.
 */
import type { KafkaError } from "../model/errors.ts";
import type { Api, Field, Fields } from "../wire/layout.ts";

type Value = Readonly<Record<string, unknown>>;

/** The second of AddPartitionsToTxn. */
const ERROR_CODES: ReadonlySet<string> = new Set(["errorCode", "partitionErrorCode"]);

export function errorAnswer(api: Api, asked: Value, error: KafkaError): Value {
  return structure(api.response, asked, error);
}

function structure(layout: Fields, asked: unknown, error: KafkaError): Value {
  const answer: Record<string, unknown> = {};
  const names = Object.keys(layout).filter((name) => name !== "$");
  const first = names.find((name) => !ERROR_CODES.has(name));
  for (const name of names) {
    const field = layout[name];
    if (field === undefined || name === "throttleTimeMs") continue;
    if (ERROR_CODES.has(name)) answer[name] = error.code;
    else if (name === "errorMessage") answer[name] = error.message;
    else if (typeof field === "string") answer[name] = single(name, field, name === first, asked);
    else if (isArray(field)) answer[name] = items(name, field, asked, error);
    else if (!saysMore(field)) answer[name] = structure(field, {}, error);
  }
  return answer;
}

/** One for each that was asked for; lists that are no answers to that stay empty. */
function items(
  name: string,
  field: readonly Field[],
  asked: unknown,
  error: KafkaError,
): unknown[] {
  const item = field.at(-1);
  if (item === undefined || typeof item === "string" || isArray(item) || !holdsError(item))
    return [];
  const lists = isObject(asked) ? asked : {};
  const same =
    lists[name] ?? Object.values(lists).find((list) => Array.isArray(list) && list.length > 0);
  return Array.isArray(same) ? same.map((each) => structure(item, each, error)) : [];
}

/** What was said in the request, under the same name or as an item that is nothing else. */
function single(name: string, field: string, isFirst: boolean, asked: unknown): unknown {
  const kind = field.split(" ")[0] ?? "";
  const said = isObject(asked)
    ? (asked[name] ?? (isFirst ? Object.values(asked)[0] : undefined))
    : isFirst
      ? asked
      : undefined;
  const nothing = nothingOf(kind.replace("?", ""), name);
  if (typeof said === typeof nothing && !Buffer.isBuffer(nothing)) return said;
  // The layout has its own default.
  return field.includes("=") ? undefined : kind.endsWith("?") ? null : nothing;
}

function nothingOf(kind: string, name: string): unknown {
  switch (kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "uuid":
      return "AAAAAAAAAAAAAAAAAAAAAA";
    case "bytes":
    case "records":
      return Buffer.alloc(0);
    default:
      return /offset|epoch|generation|producerId|nodeId|port|controllerId/i.test(name) ? -1 : 0;
  }
}

function holdsError(layout: Fields): boolean {
  return Object.entries(layout).some(([name, field]) => {
    if (ERROR_CODES.has(name)) return true;
    const item = isArray(field) ? field.at(-1) : field;
    return typeof item === "object" && !isArray(item) && holdsError(item);
  });
}

function saysMore(field: Fields): boolean {
  return "$" in field;
}

function isArray(field: Field): field is readonly [Field] | readonly [string, Field] {
  return Array.isArray(field);
}

function isObject(value: unknown): value is Value {
  return typeof value === "object" && value !== null && !Buffer.isBuffer(value);
}
