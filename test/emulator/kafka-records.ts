/** Batches of records (https://kafka.apache.org/documentation/#recordbatch) for tests, written apart from the emulator's. */

export interface BatchTerms {
  readonly time: number;
  readonly values: readonly string[];
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly sequence?: number;
  readonly isTransactional?: boolean;
}

const HEADER = 61;

/** Records without keys. */
export function batch(terms: BatchTerms): Buffer {
  return batchOf(terms, recordsOf(terms.values));
}

/** `step`: from one offset to the next. */
export function recordsOf(values: readonly string[], step = 1): Buffer {
  return Buffer.concat(values.map((value, index) => record(value, index * step)));
}

interface Claims {
  /** As in the attributes: 0 is none. */
  readonly codec: number;
  readonly count: number;
  readonly maxTime: number;
}

/** Around records that are written. */
export function batchOf(terms: BatchTerms, records: Buffer, claims: Partial<Claims> = {}): Buffer {
  const { time, values, producerId = -1, producerEpoch = -1, sequence = -1 } = terms;
  const { codec = 0, count = values.length, maxTime = time } = claims;
  const bytes = Buffer.concat([Buffer.alloc(HEADER), records]);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(2, 16);
  bytes.writeInt16BE((terms.isTransactional ? 16 : 0) | codec, 21);
  bytes.writeInt32BE(count - 1, 23);
  bytes.writeBigInt64BE(BigInt(time), 27);
  bytes.writeBigInt64BE(BigInt(maxTime), 35);
  bytes.writeBigInt64BE(BigInt(producerId), 43);
  bytes.writeInt16BE(producerEpoch, 51);
  bytes.writeInt32BE(sequence, 53);
  bytes.writeInt32BE(count, 57);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

/** Each batch as `first-last values`, a control batch as `first-last commit`; with what its header says of the producer. */
export function shownBatches(
  records: Buffer | null,
  producerName: (id: number) => string = String,
): string[] {
  const shown: string[] = [];
  if (records === null) return ["null"];
  for (let at = 0; at + HEADER <= records.length;) {
    const bytes = records.subarray(at, at + 12 + records.readInt32BE(at + 8));
    // A broker may cut off what does not fit: who reads leaves that out.
    if (bytes.length < 12 + bytes.readInt32BE(8)) break;
    at += bytes.length;
    const first = Number(bytes.readBigInt64BE(0));
    const attributes = bytes.readInt16BE(21);
    const producer = Number(bytes.readBigInt64BE(43));
    const words = [`${first}-${first + bytes.readInt32BE(23)}`, valuesOf(bytes)];
    if (bytes.readUInt32BE(17) !== crc32c(bytes.subarray(21))) words.push("wrong CRC");
    if (producer >= 0)
      words.push(`${producerName(producer)}/${bytes.readInt16BE(51)}/${bytes.readInt32BE(53)}`);
    shown.push(`${words.join(" ")} #${attributes} epoch ${bytes.readInt32BE(12)}`);
  }
  return shown;
}

function valuesOf(bytes: Buffer): string {
  const attributes = bytes.readInt16BE(21);
  // It lies as it came.
  if ((attributes & 7) !== 0) return `compressed ${crc32c(bytes.subarray(HEADER))}`;
  const isControl = (attributes & 32) !== 0;
  const values: string[] = [];
  let at = HEADER;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
  };
  for (let count = bytes.readInt32BE(57); count > 0; count--) {
    const length = varint();
    const end = at + length;
    at++;
    varint();
    varint();
    const key = varint();
    const keyBytes = bytes.subarray(at, (at += Math.max(0, key)));
    const size = varint();
    const value = bytes.subarray(at, at + Math.max(0, size));
    values.push(isControl ? keyBytes.toString("hex") : value.toString());
    at = end;
  }
  return values.join(",");
}

function record(value: string, index: number): Buffer {
  const content = Buffer.from(value);
  // Attributes, no time after the first, its place, no key, the value, no headers.
  const body = Buffer.concat([
    Buffer.from([0, 0, index << 1, 1, content.length << 1]),
    content,
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from([body.length << 1]), body]);
}

/** RFC 3720 §12.1 */
function crc32c(bytes: Buffer): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
