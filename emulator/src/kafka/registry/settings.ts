/** What is set for a subject, or for all: how schemas have to be compatible, and whether they may be changed. */
import type { JsonObject } from "./schema-store.ts";

export const levels = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

export type CompatibilityLevel = (typeof levels)[number];

export const modes = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"] as const;

export type Mode = (typeof modes)[number];

export interface Config {
  readonly alias?: string;
  readonly normalize?: boolean;
  readonly validateFields?: boolean;
  readonly validateRules?: boolean;
  readonly compatibilityLevel?: CompatibilityLevel;
  /** Only schemas with the same value of this property in their metadata are compared. */
  readonly compatibilityGroup?: string;
  readonly defaultMetadata?: JsonObject;
  readonly overrideMetadata?: JsonObject;
  readonly defaultRuleSet?: JsonObject;
  readonly overrideRuleSet?: JsonObject;
}

/** The subject null stands for all. */
type Scope = string | null;

const DEFAULT: Config = { compatibilityLevel: "BACKWARD" };

export class Settings {
  readonly #configs = new Map<Scope, Config>();
  readonly #modes = new Map<Scope, Mode>();

  /** Of just this scope. */
  config(scope: Scope): Config | undefined {
    return this.#configs.get(scope) ?? (scope === null ? DEFAULT : undefined);
  }

  configInForce(subject: Scope): Config & { readonly compatibilityLevel: CompatibilityLevel } {
    const config = { ...this.config(null), ...this.config(subject) };
    return { ...config, compatibilityLevel: config.compatibilityLevel ?? "BACKWARD" };
  }

  /** What is not said stays as it was. */
  updateConfig(scope: Scope, changes: Config): Config {
    const config = { ...this.#configs.get(scope), ...changes };
    this.#configs.set(scope, config);
    return config;
  }

  mode(scope: Scope): Mode | undefined {
    return this.#modes.get(scope) ?? (scope === null ? "READWRITE" : undefined);
  }

  modeInForce(subject: Scope): Mode {
    const overall = this.mode(null) ?? "READWRITE";
    return overall === "READONLY_OVERRIDE" ? overall : (this.mode(subject) ?? overall);
  }

  setMode(scope: Scope, mode: Mode): void {
    this.#modes.set(scope, mode);
  }

  deleteConfig(scope: Scope): void {
    this.#configs.delete(scope);
  }

  deleteMode(scope: Scope): void {
    this.#modes.delete(scope);
  }

  snapshot(): unknown {
    return { configs: new Map(this.#configs), modes: new Map(this.#modes) };
  }

  /** As the store's. @throws {Error} */
  reading(snapshot: unknown): () => void {
    if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of a schema registry");
    return () => {
      this.#configs.clear();
      this.#modes.clear();
      for (const [scope, config] of snapshot.configs) this.#configs.set(scope, config);
      for (const [scope, mode] of snapshot.modes) this.#modes.set(scope, mode);
    };
  }
}

interface Snapshot {
  readonly configs: ReadonlyMap<Scope, Config>;
  readonly modes: ReadonlyMap<Scope, Mode>;
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== "object" || value === null) return false;
  const { configs, modes: given } = value as Partial<Record<string, unknown>>;
  return configs instanceof Map && given instanceof Map;
}
