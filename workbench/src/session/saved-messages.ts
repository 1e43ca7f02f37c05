/** Messages kept as files of the workspace, `.millrace/messages/<name>.json`, meant to be committed. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SavedMessage } from "../protocol.ts";

const FOLDER = [".millrace", "messages"] as const;
const MOST_FILES = 500;
const MOST_BYTES = 1_000_000;

export interface SavedMessages {
  readonly messages: readonly SavedMessage[];
  /** Files that are no saved message, each as a sentence. */
  readonly notices: readonly string[];
}

/** Reads them all, by name. */
export async function readSavedMessages(folder: string): Promise<SavedMessages> {
  const directory = join(folder, ...FOLDER);
  const files = await readdir(directory).catch(() => []);
  const found = files
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .slice(0, MOST_FILES);
  const read = await Promise.all(
    found.map(async (file) => ({ file, result: await readOne(join(directory, file)) })),
  );
  const messages: SavedMessage[] = [];
  const notices: string[] = [];
  for (const { file, result } of read) {
    if (typeof result === "string")
      notices.push(`${[...FOLDER, file].join("/")} is not a saved message: ${result}`);
    else messages.push({ ...result, name: file.slice(0, -".json".length) });
  }
  return { messages, notices };
}

/** Writes one and returns its file, relative to the workspace. @throws {SavedMessageError} for a name that no file can have. */
export async function saveMessage(folder: string, message: SavedMessage): Promise<string> {
  const wrong = judgeName(message.name);
  if (wrong !== null) throw new SavedMessageError(wrong);
  const { name, ...content } = message;
  await mkdir(join(folder, ...FOLDER), { recursive: true });
  await writeFile(join(folder, ...FOLDER, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
  return [...FOLDER, `${name}.json`].join("/");
}

export class SavedMessageError extends Error {}

/** Whether a path, absolute or relative, is one of these files. */
export function isSavedMessage(path: string): boolean {
  return path.replaceAll("\\", "/").includes(`${FOLDER.join("/")}/`);
}

// What Windows reserves, with or without an extension: the workspace may be shared with one.
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

function judgeName(name: string): string | null {
  if (name === "") return "the message needs a name";
  if (name.length > 80) return "the name is longer than 80 characters";
  // No separators, no dot at the start: the name is a file's and must stay in its folder.
  if (!/^[\p{L}\p{N}_][\p{L}\p{N} ._-]*$/u.test(name))
    return `"${name}" cannot be a file's name: use letters, digits, blanks, - and _`;
  if (/[ .]$/.test(name)) return "the name cannot end with a blank or a dot";
  if (RESERVED.test(name)) return `"${name}" is reserved on Windows: choose another name`;
  return null;
}

/** The message without its name, or what is wrong with the file. */
async function readOne(path: string): Promise<Omit<SavedMessage, "name"> | string> {
  let found: unknown;
  try {
    if ((await stat(path)).size > MOST_BYTES) return "it is larger than 1 MB";
    found = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (typeof found !== "object" || found === null) return "it is not an object";
  const { protocol, kind, exchange, bucket, address, payload, headers, key } = found as Record<
    string,
    unknown
  >;
  if (!isProtocol(protocol)) return `its protocol must be one of ${protocols.join(", ")}`;
  if (typeof address !== "string" || address === "") return "it has no address";
  if (kind !== undefined && !isKind(kind)) return `its kind must be one of ${kinds.join(", ")}`;
  if (exchange !== undefined && typeof exchange !== "string") return "its exchange must be a text";
  if (bucket !== undefined && typeof bucket !== "string") return "its bucket must be a text";
  if (payload === undefined) return "it has no payload";
  if (headers !== undefined && !isTexts(headers)) return "its headers must be texts";
  if (key !== undefined && typeof key !== "string") return "its key must be a text";
  return {
    protocol,
    ...(kind === undefined ? {} : { kind }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(bucket === undefined ? {} : { bucket }),
    address,
    payload,
    ...(headers === undefined ? {} : { headers }),
    ...(key === undefined ? {} : { key }),
  };
}

const protocols = ["kafka", "rabbitmq", "nats", "redis", "mqtt"] as const;

function isProtocol(value: unknown): value is SavedMessage["protocol"] {
  return protocols.some((protocol) => protocol === value);
}

/** A pattern is no place to send to. */
const kinds = ["queue", "list", "stream", "kv", "objects"] as const;

function isKind(value: unknown): value is (typeof kinds)[number] {
  return kinds.some((kind) => kind === value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "string")
  );
}
