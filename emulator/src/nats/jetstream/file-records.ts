/**
 * The format of a stream's file: records behind each other, each with its length and checksum, of which a killed process
 * leaves at most the last one torn.
 */
import type { StoredMessage } from "./contract.ts";
import type { StreamConfig } from "./stream-config.ts";

export type FileRecord =
  | { readonly kind: "config"; readonly config: StreamConfig; readonly created: number }
  | { readonly kind: "message"; readonly message: StoredMessage }
  | { readonly kind: "removed"; readonly seqs: readonly number[] }
  /** All up to `seq` has been given away, and nothing is left below `first`. */
  | {
      readonly kind: "skipped";
      readonly seq: number;
      readonly first: number;
      readonly time: number;
    }
  | { readonly kind: "consumer"; readonly name: string; readonly snapshot: unknown };

/** u32 length of what follows the checksum, u32 CRC-32 of it. */
const HEAD = 8;
/** u8 1, f64 seq, f64 time, u16 subject length, u32 header length + 1 or 0. */
const MESSAGE_HEAD = 23;
const MESSAGE = 1;
const OTHER = 2;

export function encodeRecord(record: FileRecord): Buffer {
  return record.kind === "message" ? encodeMessage(record.message) : encodeOther(record);
}

/** The whole records from the start on, and how long they are together. `number` gives a message its new one. */
export function decodeRecords(
  bytes: Buffer,
  number: () => number,
): { readonly records: readonly FileRecord[]; readonly length: number } {
  const records: FileRecord[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const end = at + HEAD + length;
    if (end > bytes.length || length === 0) break;
    const body = bytes.subarray(at + HEAD, end);
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) break;
    records.push(
      body[0] === MESSAGE
        ? { kind: "message", message: decodeMessage(body, number()) }
        : (v8().deserialize(body.subarray(1)) as FileRecord),
    );
    at = end;
  }
  return { records, length: at };
}

function encodeOther(record: FileRecord): Buffer {
  const body = v8().serialize(record);
  const bytes = Buffer.allocUnsafe(HEAD + 1 + body.length);
  bytes[HEAD] = OTHER;
  bytes.set(body, HEAD + 1);
  return sealed(bytes);
}

function encodeMessage({ seq, time, subject, headers, payload }: StoredMessage): Buffer {
  const subjectLength = Buffer.byteLength(subject);
  const headersLength = headers?.length ?? 0;
  const bytes = Buffer.allocUnsafe(
    HEAD + MESSAGE_HEAD + subjectLength + headersLength + payload.length,
  );
  bytes[HEAD] = MESSAGE;
  bytes.writeDoubleLE(seq, HEAD + 1);
  bytes.writeDoubleLE(time, HEAD + 9);
  bytes.writeUInt16LE(subjectLength, HEAD + 17);
  bytes.writeUInt32LE(headers === undefined ? 0 : headersLength + 1, HEAD + 19);
  const start = HEAD + MESSAGE_HEAD;
  bytes.write(subject, start);
  if (headers !== undefined) bytes.set(headers, start + subjectLength);
  bytes.set(payload, start + subjectLength + headersLength);
  return sealed(bytes);
}

function decodeMessage(body: Buffer, number: number): StoredMessage {
  const subjectEnd = MESSAGE_HEAD + body.readUInt16LE(17);
  const headersLength = body.readUInt32LE(19) - 1;
  const headersEnd = subjectEnd + Math.max(0, headersLength);
  return {
    seq: body.readDoubleLE(1),
    time: body.readDoubleLE(9),
    subject: body.toString("utf8", MESSAGE_HEAD, subjectEnd),
    // Copies: the file's own bytes go.
    payload: Buffer.from(body.subarray(headersEnd)),
    ...(headersLength < 0 ? {} : { headers: Buffer.from(body.subarray(subjectEnd, headersEnd)) }),
    number,
  };
}

function crc32(bytes: Uint8Array): number {
  zlib ??= process.getBuiltinModule("node:zlib");
  return zlib.crc32(bytes);
}

/** Loaded by who has files: of all that the start would wait for it is the slowest. */
let zlib: typeof import("node:zlib") | undefined;

function v8(): typeof import("node:v8") {
  return process.getBuiltinModule("node:v8");
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(bytes.length - HEAD, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEAD)), 4);
  return bytes;
}
