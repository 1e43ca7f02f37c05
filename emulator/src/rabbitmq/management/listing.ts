/** `columns`, `sort`, `sort_reverse`, and pages: what requests may want of an answer. https://www.rabbitmq.com/docs/management#pagination */
import { ApiError } from "./answer.ts";
import { asText, isObject } from "./body.ts";

type Item = Readonly<Record<string, unknown>>;

/** As the request wants them sorted, else by these columns. */
export function listing(
  items: readonly Item[],
  query: URLSearchParams,
  sorts: readonly string[] = ["vhost", "name"],
): readonly Item[] {
  const wanted = query.get("sort");
  // Asked for no order at all.
  if (wanted === "") return items;
  const columns = (wanted === null ? sorts : [wanted, ...sorts]).map((name) => name.split("."));
  const keyed = items.map((item) => ({ item, key: columns.map((path) => valueAt(item, path)) }));
  keyed.sort((left, right) => compareAll(left.key, right.key));
  const sorted = keyed.map(({ item }) => item);
  return query.get("sort_reverse") === "true" ? sorted.toReversed() : sorted;
}

/** The page that is asked for, or the whole list. @throws {ApiError} 400 */
export function pageOf(items: readonly Item[], query: URLSearchParams): unknown {
  const wanted = readPage(query);
  if (wanted === null) return items;
  const { page, size } = wanted;
  const filtered = items.filter(nameFilter(query));
  const start = (page - 1) * size;
  if (start > filtered.length)
    throw new ApiError(
      400,
      "page_out_of_range",
      `Page out of range, page: ${page} page size: ${size}, len: ${filtered.length}`,
    );
  const shown = filtered.slice(start, start + size);
  return {
    total_count: items.length,
    item_count: shown.length,
    filtered_count: filtered.length,
    page,
    page_size: size,
    page_count: Math.ceil(filtered.length / size),
    items: shown,
  };
}

/** Only the fields that the query names: `a,b.c`. */
export function columnsOf(body: unknown, query: URLSearchParams): unknown {
  const wanted = query.get("columns");
  if (wanted === null) return body;
  const columns = wanted
    .split(",")
    .filter((each) => each !== "")
    .map((each) => each.split("."));
  if (isObject(body) && query.has("page") && Array.isArray(body["items"]))
    return { ...body, items: pick(body["items"], columns) };
  return pick(body, columns);
}

type Columns = readonly (readonly string[])[];

function pick(value: unknown, columns: Columns): unknown {
  if (Array.isArray(value)) return value.map((each) => pick(each, columns));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      const own = columns.filter(([first]) => first === name);
      if (own.length === 0) return [];
      const whole = own.some(({ length }) => length === 1);
      return [
        [
          name,
          whole
            ? field
            : pick(
                field,
                own.map((column) => column.slice(1)),
              ),
        ],
      ];
    }),
  );
}

const LARGEST_PAGE = 500;

function readPage(query: URLSearchParams): { page: number; size: number } | null {
  const page = numberIn(query, "page");
  const size = numberIn(query, "page_size");
  if (page === undefined) return null;
  if (page > 0 && size === undefined) return { page, size: 100 };
  if (page > 0 && size !== undefined && size > 0 && size <= LARGEST_PAGE) return { page, size };
  throw new ApiError(
    400,
    "invalid_pagination_parameters",
    `Invalid pagination parameters: page number ${page}, page size ${size ?? "undefined"}`,
  );
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  if (!/^[+-]?\d+$/.test(given))
    throw new ApiError(400, "bad_request", "Pagination parameters are invalid");
  return Number(given);
}

function nameFilter(query: URLSearchParams): (item: Item) => boolean {
  const name = query.get("name") ?? "";
  if (name === "") return () => true;
  const textOf = (item: Item) => asText(item["name"]);
  if (query.get("use_regex") !== "true")
    return (item) => textOf(item).toLowerCase().includes(name.toLowerCase());
  try {
    const expression = new RegExp(name, "i");
    return (item) => expression.test(textOf(item));
  } catch {
    throw new ApiError(400, "bad_request", "Pagination parameters are invalid");
  }
}

/** What is not there stands first, as 0. */
function valueAt(item: unknown, path: readonly string[]): unknown {
  let value: unknown = item;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value ?? 0;
}

function compareAll(left: readonly unknown[], right: readonly unknown[]): number {
  for (const [index, each] of left.entries()) {
    const order = compare(each, right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Erlang's order of terms: numbers, atoms, lists, binaries. */
function compare(left: unknown, right: unknown): number {
  const ranks = rank(left) - rank(right);
  if (ranks !== 0 || typeof left === "object" || typeof right === "object") return ranks;
  const [one, other] =
    typeof left === "number" && typeof right === "number"
      ? [left, right]
      : [asText(left), asText(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function rank(value: unknown): number {
  if (typeof value === "number") return 0;
  if (typeof value === "boolean" || value === null) return 1;
  return typeof value === "object" ? 2 : 3;
}
