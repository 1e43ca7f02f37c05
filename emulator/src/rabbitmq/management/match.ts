/** From method and path to a route. */
import { type Method, type Route, routes } from "./routes.ts";

export interface Match {
  /** What is asked for at this path; a method that is not in it is refused. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Undefined where no path fits. */
export function matchPath(path: string): Match | undefined {
  const parts = path.split("/");
  // `/queues/%2F/` is `/queues/%2F`.
  if (parts.length > 2 && parts.at(-1) === "") parts.pop();
  const decoded = parts.map(decode);
  for (const { pattern, byMethod } of patterns) {
    const parameters = fit(pattern, decoded);
    if (parameters !== undefined) return { routes: byMethod, parameters };
  }
  return undefined;
}

/** For `Allow`, in RabbitMQ's order. */
export function allowed({ routes: found }: Match): string {
  const order: readonly Method[] = ["GET", "PUT", "POST", "DELETE"];
  const own = order.filter((method) => found.has(method));
  return [...(found.has("GET") ? ["HEAD"] : []), ...own, "OPTIONS"].join(", ");
}

interface Part {
  readonly name: string;
  /** Undefined for text that has to be there. */
  readonly accepts?: RegExp;
}

const patterns = compile();

function compile(): readonly { pattern: readonly Part[]; byMethod: Map<string, Route> }[] {
  const byPath = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const [method, path] = route;
    byPath.set(path, (byPath.get(path) ?? new Map<string, Route>()).set(method, route));
  }
  return [...byPath].map(([path, byMethod]) => ({
    pattern: path.split("/").map(readPart),
    byMethod,
  }));
}

function readPart(text: string): Part {
  const [, name, choice] = /^:(\w+)(\(.*\))?$/.exec(text) ?? [];
  if (name === undefined) return { name: text };
  return { name, accepts: new RegExp(`^${choice ?? "[^]+"}$`) };
}

function fit(
  pattern: readonly Part[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, { name, accepts }] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (accepts === undefined) {
      if (part !== name) return undefined;
    } else {
      if (!accepts.test(part)) return undefined;
      parameters[name] = part;
    }
  }
  return parameters;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
