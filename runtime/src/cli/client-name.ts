/** What a service is called at its brokers. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { App } from "../app.ts";
import type { Role } from "./child.ts";
import type { Target } from "./target.ts";

/** `MILLRACE_SERVICE`, else the App's title, else the package's name; numbered for workers. */
export function clientNameOf(app: App, target: Target, role: Role | null): string {
  const name =
    process.env["MILLRACE_SERVICE"] ??
    app.options.title ??
    packageName(dirname(target.file)) ??
    app.title;
  return role?.kind === "worker" ? `${name}-${role.number}` : name;
}

function packageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      name?: unknown;
    };
    // A scope is no part of what a service is called.
    return typeof name === "string" ? name.replace(/^@[^/]+\//, "") : undefined;
  } catch {
    return dirname(folder) === folder ? undefined : packageName(dirname(folder));
  }
}
