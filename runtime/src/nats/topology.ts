/**
 * Streams as declared and as they are: made where they are missing and the declaration says so; where they differ the
 * differences are logged, each field with both values, and nothing is changed. Buckets are streams by other names.
 */
import { DeclarationError } from "../errors.ts";
import { ApiError, isApiError, nanos, STREAM_NOT_FOUND, type Api } from "./api.ts";
import type { KvDeclaration, ObjectStoreDeclaration, StreamDeclaration } from "./stream-options.ts";

/** What the server knows of a stream. */
export interface StreamFacts {
  readonly name: string;
  /** When it was made; another time is another stream of that name. */
  readonly created: string;
  readonly config: Wire;
  readonly lastSequence: number;
}

/** A configuration as JetStream writes it. */
export type Wire = Readonly<Record<string, unknown>>;

/** How an option of ours is written on the wire. */
export type Field = readonly [wire: string, unit?: "ms" | "s2"];

/** A stream that is to be there. */
export interface StreamSpec {
  readonly name: string;
  /** As errors call it: `stream "ORDERS"`. */
  readonly what: string;
  readonly create: boolean;
  /** What to do where it is missing and not to be made. */
  readonly remedy: string;
  /** What is not for the user to choose. */
  readonly fixed: Wire;
  readonly declared: object;
  readonly fields: Readonly<Record<string, Field>>;
}

const STREAM_FIELDS = {
  subjects: ["subjects"],
  retention: ["retention"],
  storage: ["storage"],
  maxAge: ["max_age", "ms"],
  maxMessages: ["max_msgs"],
  maxMessagesPerSubject: ["max_msgs_per_subject"],
  maxBytes: ["max_bytes"],
  maxMessageBytes: ["max_msg_size"],
  maxConsumers: ["max_consumers"],
  discard: ["discard"],
  duplicateWindow: ["duplicate_window", "ms"],
  replicas: ["num_replicas"],
  compression: ["compression", "s2"],
  schedules: ["allow_msg_schedules"],
  description: ["description"],
} satisfies Record<Exclude<keyof StreamDeclaration, "name" | "declare">, Field>;

const STORE_FIELDS = {
  ttl: ["max_age", "ms"],
  storage: ["storage"],
  replicas: ["num_replicas"],
  maxBytes: ["max_bytes"],
  compression: ["compression", "s2"],
  description: ["description"],
} satisfies Record<keyof ObjectStoreDeclaration, Field>;

const KV_FIELDS = {
  ...STORE_FIELDS,
  history: ["max_msgs_per_subject"],
  maxValueBytes: ["max_msg_size"],
} satisfies Record<keyof KvDeclaration, Field>;

/** The stream of a `jetstream(…)`. */
export function streamSpec(stream: string | StreamDeclaration): StreamSpec {
  const declared = typeof stream === "string" ? { name: stream } : stream;
  const { name, declare = false, ...rest } = declared as StreamDeclaration;
  return {
    name,
    what: `stream "${name}"`,
    create: declare,
    remedy: `make it (nats stream add ${name}), or declare it: stream: { name: "${name}", subjects: […], declare: true }`,
    fixed: {},
    declared: rest,
    fields: STREAM_FIELDS,
  };
}

/** The stream behind a key-value bucket (ADR-8). */
export function kvSpec(bucket: string, declare: boolean | KvDeclaration | undefined): StreamSpec {
  const declared = typeof declare === "object" ? declare : {};
  const ttl = declared.ttl ?? 0;
  return {
    name: `KV_${bucket}`,
    what: `key-value bucket "${bucket}"`,
    create: declare !== undefined && declare !== false,
    remedy: `make it (nats kv add ${bucket}), or declare it: declare: true`,
    fixed: {
      subjects: [`$KV.${bucket}.>`],
      max_msgs_per_subject: 1,
      discard: "new",
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_direct: true,
      // The window must not be longer than messages are kept.
      ...(ttl > 0 ? { duplicate_window: nanos(Math.min(ttl, 120_000)) } : {}),
    },
    declared,
    fields: KV_FIELDS,
  };
}

/** The stream behind an object store (ADR-20). */
export function objectsSpec(
  bucket: string,
  declare: boolean | ObjectStoreDeclaration | undefined,
): StreamSpec {
  return {
    name: `OBJ_${bucket}`,
    what: `object store "${bucket}"`,
    create: declare !== undefined && declare !== false,
    remedy: `make it (nats object add ${bucket}), or declare it: declare: true`,
    fixed: {
      subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
      discard: "new",
      allow_rollup_hdrs: true,
      allow_direct: true,
    },
    declared: typeof declare === "object" ? declare : {},
    fields: STORE_FIELDS,
  };
}

interface StreamAnswer {
  readonly config: Wire & { readonly name: string };
  readonly created: string;
  readonly state: { readonly last_seq: number };
}

/** `quiet`: differences have been told already. @throws {DeclarationError} where the stream is missing and not to be made. */
export async function ensureStream(
  api: Api,
  spec: StreamSpec,
  { quiet = false }: { quiet?: boolean } = {},
): Promise<StreamFacts> {
  const facts = ({ config, created, state }: StreamAnswer): StreamFacts => ({
    name: config.name,
    created,
    config,
    lastSequence: state.last_seq,
  });
  const warn = (config: Wire) => {
    if (quiet) return;
    const found = differences(spec.declared, spec.fields, config);
    if (found.length > 0)
      api.link.logger.warn(
        `the ${spec.what} is not as declared and stays as it is: ${found.join("; ")}`,
      );
  };
  try {
    const found = await api.call<StreamAnswer>(`STREAM.INFO.${spec.name}`);
    warn(found.config);
    return facts(found);
  } catch (error) {
    if (!isApiError(error, STREAM_NOT_FOUND)) throw error;
    if (!spec.create)
      throw new DeclarationError(
        `the ${spec.what} does not exist on this NATS server: ${spec.remedy}`,
        { cause: error },
      );
  }
  const wanted = {
    retention: "limits",
    storage: "file",
    discard: "old",
    num_replicas: 1,
    subjects: [spec.name],
    ...spec.fixed,
    ...onWire(spec.declared, spec.fields),
    name: spec.name,
  };
  try {
    const made = await api.call<StreamAnswer>(`STREAM.CREATE.${spec.name}`, wanted);
    api.link.logger.info(`made the ${spec.what}`);
    // What an older server does not know it leaves out without a word.
    warn(made.config);
    return facts(made);
  } catch (cause) {
    // Somebody else made it meanwhile, with other settings: 10058, stream name already in use.
    if (isApiError(cause, 10058)) return ensureStream(api, spec);
    if (!(cause instanceof ApiError)) throw cause;
    throw new DeclarationError(`NATS refuses to make the ${spec.what}: ${cause.message}`, {
      cause,
    });
  }
}

/** The declared options as the wire has them. */
export function onWire(declared: object, fields: Readonly<Record<string, Field>>): Wire {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(declared)) {
    const field = fields[name];
    if (field !== undefined && value !== undefined) wire[field[0]] = convert(value, field);
  }
  return wire;
}

/** What is declared and otherwise on the server: `maxAge is 0 ms, declared 60000 ms`. */
export function differences(
  declared: object,
  fields: Readonly<Record<string, Field>>,
  actual: Wire,
): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(declared)) {
    const field = fields[name];
    if (field === undefined || value === undefined) continue;
    const wanted = convert(value, field);
    const there = actual[field[0]];
    if (normal(wanted) === normal(there)) continue;
    found.push(`${name} is ${show(there, field)}, declared ${show(wanted, field)}`);
  }
  return found;
}

function convert(value: unknown, [, unit]: Field): unknown {
  if (unit === "s2") return value === true ? "s2" : "none";
  if (unit === "ms") return Array.isArray(value) ? value.map(nanos) : nanos(Number(value));
  return value;
}

/** The server leaves out zeros and what is empty or false; the order of subjects does not matter. */
function normal(value: unknown): string {
  if (value === undefined || value === 0 || value === false || value === "none") return "";
  if (Array.isArray(value)) return value.map(plain).toSorted().join(" ");
  return plain(value);
}

function show(value: unknown, [, unit]: Field): string {
  if (value === undefined) return unit === "ms" ? "0 ms" : "not set";
  if (Array.isArray(value))
    return `[${value.map((each: unknown) => show(each, ["", unit] as Field)).join(", ")}]`;
  return unit === "ms" ? `${Number(value) / 1e6} ms` : plain(value);
}

const plain = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);
