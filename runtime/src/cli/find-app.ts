/** Which of a file's exports is the App to run. */
import type { App } from "../app.ts";
import { CommandError } from "./command.ts";
import type { Exports } from "./loader.ts";
import { didYouMean } from "./suggest.ts";
import type { Target } from "./target.ts";

/**
 * By its brand, not by `instanceof`: the file may have imported another copy of millrace, or one from another package manager's store.
 * The name is core's, in app.ts.
 */
const APP = Symbol.for("millrace.app");

export function isApp(value: unknown): value is App {
  return (
    typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[APP] === true
  );
}

/**
 * The export that was named; else `app`, else `default`, else the only App. With `factory` it is a function that makes one.
 * @throws {CommandError} that lists what there is
 */
export async function findApp(target: Target, exports: Exports, factory: boolean): Promise<App> {
  const [name, value] = choose(target, exports, factory);
  if (isApp(value)) {
    if (factory)
      throw new CommandError(
        `${target.shown} exports ${name} as an App already: leave out --factory`,
      );
    return value;
  }
  if (typeof value !== "function") throw new CommandError(notAnApp(target, name, value));
  if (!factory)
    throw new CommandError(
      `${target.shown} exports ${name} as a function: if it makes the App, add --factory`,
    );
  const made: unknown = await (value as () => unknown)();
  if (!isApp(made))
    throw new CommandError(
      `${name}() of ${target.shown} returned ${kindOf(made)}, not an App: return new App(broker)`,
    );
  return made;
}

function choose(
  target: Target,
  exports: Exports,
  factory: boolean,
): [name: string, value: unknown] {
  const { exportName } = target;
  const names = Object.keys(exports);
  if (exportName !== undefined) {
    if (exportName in exports) return [exportName, exports[exportName]];
    const hint = didYouMean(exportName, names);
    throw new CommandError(
      `${target.shown} has no export ${exportName}${hint}\n${inventory(exports)}`,
    );
  }
  const fits = (value: unknown) => (factory ? typeof value === "function" : isApp(value));
  for (const usual of ["app", "default"]) {
    if (fits(exports[usual])) return [usual, exports[usual]];
  }
  const fitting = names.filter((name) => fits(exports[name]));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return [only, exports[only]];
  if (fitting.length > 1) {
    const choices = fitting.map((name) => `  millrace run ${target.shown}:${name}`).join("\n");
    throw new CommandError(
      `${target.shown} exports several ${factory ? "functions" : "Apps"}: say which\n${choices}`,
    );
  }
  // A near miss is better explained by itself than by a list.
  if ("app" in exports) return ["app", exports["app"]];
  const remedy = factory
    ? "export a function that returns one"
    : "export const app = new App(broker)";
  throw new CommandError(`${target.shown} exports no App: ${remedy}\n${inventory(exports)}`);
}

function notAnApp(target: Target, name: string, value: unknown): string {
  const looksLikeBroker = typeof value === "object" && value !== null && "subscriber" in value;
  const remedy = looksLikeBroker
    ? "it is a broker: export const app = new App(broker)"
    : "export const app = new App(broker)";
  return `${target.shown} exports ${name} as ${kindOf(value)}, not an App: ${remedy}`;
}

function inventory(exports: Exports): string {
  const found = Object.entries(exports).map(([name, value]) => `${name} (${kindOf(value)})`);
  return found.length === 0 ? "It exports nothing." : `It exports ${found.join(", ")}.`;
}

function kindOf(value: unknown): string {
  if (isApp(value)) return "an App";
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const maker = (value.constructor as { name?: string } | undefined)?.name ?? "object";
  return `${/^[aeiou]/i.test(maker) ? "an" : "a"} ${maker}`;
}
