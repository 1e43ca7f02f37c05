/** What the registry holds: schemas by their id, and the versions of subjects that use them. Plain data; nothing is parsed here. */
import { storeFull } from "./errors.ts";

export type SchemaType = "AVRO" | "JSON" | "PROTOBUF";

export interface SchemaReference {
  /** How the schema names it: a type's full name, a file, a URL. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface SchemaContent {
  readonly type: SchemaType;
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: JsonObject;
  readonly ruleSet?: JsonObject;
}

/** The same content has the same id under all subjects. */
export interface StoredSchema extends SchemaContent {
  readonly id: number;
}

export interface StoredVersion {
  readonly subject: string;
  readonly version: number;
  readonly schema: StoredSchema;
  /** Softly: it is still found by its id, and by who asks for deleted ones. */
  readonly isDeleted: boolean;
}

/** All schemas' text together, in characters. */
const LARGEST = 256 * 1024 * 1024;

export class SchemaStore {
  readonly #subjects = new Map<string, Map<number, StoredVersion>>();
  readonly #schemas = new Map<number, StoredSchema>();
  readonly #ids = new Map<string, number>();
  #size = 0;
  #lastId = 0;

  get lastId(): number {
    return this.#lastId;
  }

  subjects(): string[] {
    return [...this.#subjects.keys()].toSorted();
  }

  /** Of a subject, oldest first. */
  versions(subject: string, withDeleted: boolean): StoredVersion[] {
    const all = [...(this.#subjects.get(subject)?.values() ?? [])];
    return withDeleted ? all : all.filter(({ isDeleted }) => !isDeleted);
  }

  has(subject: string, withDeleted: boolean): boolean {
    return this.versions(subject, withDeleted).length > 0;
  }

  /** -1 is the latest. */
  version(subject: string, version: number, withDeleted: boolean): StoredVersion | undefined {
    const all = this.versions(subject, withDeleted);
    return version === -1 ? all.at(-1) : all.find((each) => each.version === version);
  }

  schema(id: number): StoredSchema | undefined {
    return this.#schemas.get(id);
  }

  idOf(content: SchemaContent): number | undefined {
    return this.#ids.get(identity(content));
  }

  /** The latest version of each subject with this schema. */
  uses(id: number, withDeleted: boolean): StoredVersion[] {
    return this.subjects().flatMap((subject) =>
      this.versions(subject, withDeleted)
        .filter(({ schema }) => schema.id === id)
        .slice(-1),
    );
  }

  /** Ids of the schemas that name this version. */
  referrers(subject: string, version: number): number[] {
    const refers = (schema: StoredSchema) =>
      schema.references.some((each) => each.subject === subject && each.version === version);
    return [...this.#schemas.values()]
      .filter((schema) => refers(schema) && this.uses(schema.id, false).length > 0)
      .map(({ id }) => id)
      .toSorted((one, other) => one - other);
  }

  /** @throws {RegistryError} where there is no room. */
  add(subject: string, version: number, content: SchemaContent, wantedId?: number): StoredVersion {
    const id = wantedId ?? this.idOf(content) ?? this.#lastId + 1;
    const schema = this.#schemas.get(id) ?? { ...content, id };
    if (!this.#schemas.has(id)) {
      if (this.#size + content.text.length > LARGEST) throw storeFull();
      this.#keep(schema);
    }
    const stored = { subject, version, schema, isDeleted: false };
    this.#put(stored);
    return stored;
  }

  /** Hides it. */
  deleteSoftly(version: StoredVersion): void {
    this.#put({ ...version, isDeleted: true });
  }

  /** A schema that nobody uses any more goes with it; its id does not come again. */
  deleteFor({ subject, version, schema }: StoredVersion): void {
    const versions = this.#subjects.get(subject);
    versions?.delete(version);
    if (versions?.size === 0) this.#subjects.delete(subject);
    if (this.uses(schema.id, true).length > 0) return;
    this.#schemas.delete(schema.id);
    if (this.#ids.get(identity(schema)) === schema.id) this.#ids.delete(identity(schema));
    this.#size -= schema.text.length;
  }

  snapshot(): unknown {
    const versions = [...this.#subjects.values()].flatMap((each) => [...each.values()]);
    return {
      lastId: this.#lastId,
      schemas: [...this.#schemas.values()],
      versions: versions.map(({ schema, ...version }) => ({ ...version, id: schema.id })),
    };
  }

  /** Reads what `snapshot` gave; what is returned puts it in the place of all that is here. @throws {Error} */
  reading(snapshot: unknown): () => void {
    if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of a schema registry");
    const schemas = new Map(snapshot.schemas.map((schema) => [schema.id, schema]));
    const versions = snapshot.versions.map(({ id, ...version }) => {
      const schema = schemas.get(id);
      if (schema === undefined) throw new Error(`the snapshot lacks the schema ${id}`);
      return { ...version, schema };
    });
    return () => {
      for (const all of [this.#subjects, this.#schemas, this.#ids]) all.clear();
      this.#size = 0;
      for (const schema of schemas.values()) this.#keep(schema);
      for (const version of versions) this.#put(version);
      this.#lastId = snapshot.lastId;
    };
  }

  #keep(schema: StoredSchema): void {
    this.#schemas.set(schema.id, schema);
    const key = identity(schema);
    if (!this.#ids.has(key)) this.#ids.set(key, schema.id);
    this.#size += schema.text.length;
    this.#lastId = Math.max(this.#lastId, schema.id);
  }

  #put(version: StoredVersion): void {
    const versions = this.#subjects.get(version.subject) ?? new Map<number, StoredVersion>();
    this.#subjects.set(version.subject, versions.set(version.version, version));
  }
}

interface Snapshot {
  readonly lastId: number;
  readonly schemas: readonly StoredSchema[];
  readonly versions: readonly {
    readonly subject: string;
    readonly version: number;
    readonly id: number;
    readonly isDeleted: boolean;
  }[];
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== "object" || value === null) return false;
  const { lastId, schemas, versions } = value as Partial<Record<string, unknown>>;
  return typeof lastId === "number" && Array.isArray(schemas) && Array.isArray(versions);
}

function identity({ type, text, references, metadata, ruleSet }: SchemaContent): string {
  return JSON.stringify([type, text, references, metadata ?? null, ruleSet ?? null]);
}
