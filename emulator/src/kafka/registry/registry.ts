/** The registry's state, which is there from the cluster's start; what reads schemas is loaded when somebody asks. */
import { SchemaStore } from "./schema-store.ts";
import { Settings } from "./settings.ts";

export class Registry {
  readonly store: SchemaStore = new SchemaStore();
  readonly settings: Settings = new Settings();

  snapshot(): unknown {
    return { store: this.store.snapshot(), settings: this.settings.snapshot() };
  }

  /** Reads what `snapshot` gave; what is returned puts it in the place of all that is here. @throws {Error} */
  reading(snapshot: unknown): () => void {
    if (typeof snapshot !== "object" || snapshot === null)
      throw new Error("this is no snapshot of a schema registry");
    const { store, settings } = snapshot as Partial<Record<string, unknown>>;
    const applying = [this.store.reading(store), this.settings.reading(settings)];
    return () => {
      for (const apply of applying) apply();
    };
  }
}
