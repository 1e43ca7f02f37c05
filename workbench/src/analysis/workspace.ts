/**
 * The workspace's files, parsed when they are first asked for and kept until they change. Whoever computes something from
 * files does so inside `recording`, and learns which paths the answer rests on.
 */
import { InMemoryFileSystemHost, Project, ts } from "ts-morph";
import { DECLARATIONS, Disk, slashed } from "./disk.ts";
import { Modules } from "./modules.ts";
import { Packages } from "./packages.ts";
import { withoutPayloads } from "./recognised.ts";

export interface WorkspaceOptions {
  readonly folder: string;
  readonly trusted: boolean;
}

/** One set for every workspace: the user's tsconfig decides about building, this only about reading. */
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  exactOptionalPropertyTypes: true,
  allowJs: true,
  resolveJsonModule: true,
  jsx: ts.JsxEmit.Preserve,
  skipLibCheck: true,
  noEmit: true,
  // No @types of the workspace are loaded, no plugins, no references.
  types: [],
};

export class Workspace {
  readonly disk: Disk;
  readonly packages: Packages;
  readonly #project: Project;
  readonly #modules: Modules;
  readonly #sources: Set<string>;
  readonly #imports = new Map<string, readonly string[]>();
  readonly #recordings: Set<string>[] = [];
  #resolutions: ts.ModuleResolutionCache | undefined;

  constructor(options: WorkspaceOptions) {
    this.disk = new Disk(options.folder, options.trusted);
    const found = this.disk.find();
    this.packages = new Packages(this.disk, found.packages);
    this.#sources = new Set(found.sources);
    this.#modules = new Modules(this.disk, this.packages);
    this.#project = new Project({
      compilerOptions,
      skipAddingFilesFromTsConfig: true,
      fileSystem: new ReadOnly(this.disk),
      resolutionHost: (host, optionsOf) => ({
        resolveModuleNames: (names, from) =>
          names.map((name) => this.#resolveForTypes(name, slashed(from), host, optionsOf())),
        // `/// <reference types="node" />` would bring two megabytes that no payload is made of.
        resolveTypeReferenceDirectives: (names) => names.map(() => undefined),
      }),
    });
  }

  /** Every file that may declare something, in a steady order. */
  get sources(): readonly string[] {
    return [...this.#sources].sort();
  }

  /** A parsed file; null where there is none. */
  source(path: string): ts.SourceFile | null {
    this.touch(path);
    const known =
      this.#project.getSourceFile(path) ?? this.#project.addSourceFileAtPathIfExists(path);
    return known?.compilerNode ?? null;
  }

  /** Parses files ahead, so that the checker is made once over all of them. */
  load(paths: readonly string[]): void {
    this.aside(() => paths.forEach((path) => this.source(path)));
  }

  /** Made when it is first needed: only types ask for it, literals and calls do not. */
  checker(): ts.TypeChecker {
    return this.#project.getTypeChecker().compilerObject;
  }

  resolve(specifier: string, from: string): string | null {
    const { path, asked } = this.#modules.resolve(specifier, from);
    for (const each of asked) this.touch(each);
    return path;
  }

  /** The modules that a file names in its imports, as written; found without parsing it. */
  importsOf(path: string): readonly string[] {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    const text = this.disk.text(path) ?? "";
    const imports = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
    this.#imports.set(path, imports);
    return imports;
  }

  /** The files of the workspace that a file needs, itself included, however far away. */
  closureOf(path: string): Set<string> {
    const reached = new Set<string>([path]);
    for (const file of reached) {
      for (const specifier of this.importsOf(file)) {
        const target = this.#modules.resolve(specifier, file).path;
        if (target !== null) reached.add(target);
      }
    }
    return reached;
  }

  /** Notes that the answer being computed rests on a path. */
  touch(path: string): void {
    this.#recordings.at(-1)?.add(path);
  }

  recording<T>(work: () => T): { value: T; asked: ReadonlySet<string> } {
    const asked = new Set<string>();
    this.#recordings.push(asked);
    try {
      return { value: work(), asked };
    } finally {
      this.#recordings.pop();
      for (const path of asked) this.touch(path);
    }
  }

  /** Looks without resting on it. */
  aside<T>(work: () => T): T {
    const recordings = this.#recordings.splice(0);
    try {
      return work();
    } finally {
      this.#recordings.push(...recordings);
    }
  }

  /** The source files that a path stands for, when it is a folder that appeared or vanished. */
  below(path: string): string[] {
    const known = this.sources.filter((source) => source.startsWith(`${path}/`));
    const found = this.disk.isFolder(path)
      ? this.disk.find(path).sources.filter((source) => this.disk.isSource(source))
      : [];
    return [...new Set([...known, ...found])];
  }

  /** Takes in that a file changed, appeared or vanished. */
  update(path: string): void {
    const known = this.#project.getSourceFile(path);
    const text = this.disk.text(path);
    const appeared = text !== null && known === undefined;
    if (known !== undefined && text === null) this.#project.removeSourceFile(known);
    else if (known !== undefined && text !== null) known.replaceWithText(text);
    if (appeared || text === null) this.#modules.forget(path);
    this.#imports.delete(path);
    if (this.disk.isSource(path)) this.#sources.add(path);
    else this.#sources.delete(path);
  }

  #resolveForTypes(
    name: string,
    from: string,
    host: ts.ModuleResolutionHost,
    options: ts.CompilerOptions,
  ): ts.ResolvedModule | undefined {
    const own = this.#modules.resolve(name, from).path;
    if (own !== null) {
      // JavaScript is read for its values, its declarations for its types.
      const declarations = own.replace(/\.([cm]?)jsx?$/, ".d.$1ts");
      const resolvedFileName =
        declarations !== own && this.disk.isFile(declarations) ? declarations : own;
      return { resolvedFileName, isExternalLibraryImport: false };
    }
    if (withoutPayloads.has(packageName(name))) return undefined;
    this.#resolutions ??= ts.createModuleResolutionCache(this.disk.folder, (path) => path, options);
    const found = ts.resolveModuleName(name, from, options, host, this.#resolutions).resolvedModule;
    // A package without types says nothing about them, and its JavaScript is long.
    return found !== undefined && DECLARATIONS.test(found.resolvedFileName) ? found : undefined;
  }
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** What TypeScript sees of the disk when it follows types into installed packages. */
class ReadOnly extends InMemoryFileSystemHost {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    super();
    this.#disk = disk;
  }

  override readFileSync(path: string): string {
    const text = this.#disk.text(path);
    if (text === null) throw new Error(`${path} cannot be read`);
    return text;
  }

  override fileExistsSync(path: string): boolean {
    return this.#disk.isFile(path);
  }

  override directoryExistsSync(path: string): boolean {
    return this.#disk.isFolder(path);
  }

  override realpathSync(path: string): string {
    return this.#disk.realpath(path);
  }

  override getCurrentDirectory(): string {
    return this.#disk.folder;
  }
}
