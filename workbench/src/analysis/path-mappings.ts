/** `paths` and `baseUrl` of the tsconfig.json nearest to a file: all that the analysis takes from a tsconfig. */
import { ts } from "ts-morph";
import type { Disk } from "./disk.ts";
import { isRecord, parentOf } from "./packages.ts";

interface Mappings {
  readonly base: string | null;
  readonly patterns: readonly {
    readonly head: string;
    readonly tail: string | null;
    readonly targets: readonly string[];
  }[];
}

const none: Mappings = { base: null, patterns: [] };

export class PathMappings {
  readonly #disk: Disk;
  readonly #byFolder = new Map<string, Mappings>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The absolute paths, without their endings perhaps, that a specifier may stand for; best first. */
  candidates(specifier: string, from: string): string[] {
    const { base, patterns } = this.#nearest(parentOf(from));
    const matching = patterns
      .filter(({ head, tail }) =>
        tail === null
          ? specifier === head
          : specifier.length >= head.length + tail.length &&
            specifier.startsWith(head) &&
            specifier.endsWith(tail),
      )
      .sort(
        (a, b) =>
          Number(a.tail !== null) - Number(b.tail !== null) || b.head.length - a.head.length,
      );
    const [best] = matching;
    const middle =
      best?.tail === null || best === undefined
        ? ""
        : specifier.slice(best.head.length, specifier.length - best.tail.length);
    const mapped = best?.targets.map((target) => target.replace("*", middle)) ?? [];
    return base === null ? mapped : [...mapped, `${base}/${specifier}`];
  }

  /** Never above the workspace folder. */
  #nearest(folder: string): Mappings {
    const known = this.#byFolder.get(folder);
    if (known !== undefined) return known;
    const own = ["tsconfig.json", "jsconfig.json"]
      .map((name) => `${folder}/${name}`)
      .find((path) => this.#disk.isFile(path));
    let mappings = none;
    if (own !== undefined) mappings = this.#read(own, new Set());
    else if (folder.length > this.#disk.folder.length) mappings = this.#nearest(parentOf(folder));
    this.#byFolder.set(folder, mappings);
    return mappings;
  }

  #read(path: string, seen: Set<string>): Mappings {
    if (seen.has(path)) return none;
    seen.add(path);
    const text = this.#disk.text(path);
    const config: unknown = text === null ? null : ts.parseConfigFileTextToJson(path, text).config;
    if (!isRecord(config)) return none;
    const parents = [config["extends"]].flat().filter((name) => typeof name === "string");
    const inherited = parents.reduce<Mappings>(
      (soFar, name) => merge(soFar, this.#readParent(name, path, seen)),
      none,
    );
    const options = isRecord(config["compilerOptions"]) ? config["compilerOptions"] : {};
    return merge(inherited, ownMappings(options, parentOf(path)));
  }

  #readParent(name: string, from: string, seen: Set<string>): Mappings {
    const folder = parentOf(from);
    const bases =
      name.startsWith(".") || name.startsWith("/")
        ? [absolute(folder, name)]
        : [`${this.#disk.folder}/node_modules/${name}`];
    const found = bases
      .flatMap((base) => [base, `${base}.json`, `${base}/tsconfig.json`])
      .find((path) => this.#disk.isFile(path));
    return found === undefined ? none : this.#read(found, seen);
  }
}

function ownMappings(options: Record<string, unknown>, folder: string): Mappings {
  const base = typeof options["baseUrl"] === "string" ? absolute(folder, options["baseUrl"]) : null;
  const paths = isRecord(options["paths"]) ? options["paths"] : {};
  const patterns = Object.entries(paths).map(([pattern, targets]) => {
    const star = pattern.indexOf("*");
    return {
      head: star < 0 ? pattern : pattern.slice(0, star),
      tail: star < 0 ? null : pattern.slice(star + 1),
      targets: [targets]
        .flat()
        .filter((target) => typeof target === "string")
        .map((target) => absolute(base ?? folder, target)),
    };
  });
  return { base, patterns };
}

/** As tsc does: what a config says replaces what it inherits. */
function merge(inherited: Mappings, own: Mappings): Mappings {
  return {
    base: own.base ?? inherited.base,
    patterns: own.patterns.length > 0 ? own.patterns : inherited.patterns,
  };
}

export function absolute(folder: string, path: string): string {
  const parts = path.startsWith("/") ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && (part !== "" || parts.length === 0)) parts.push(part);
  }
  return parts.join("/");
}
