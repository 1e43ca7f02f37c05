/** Beyond 2^53 the nearest number: offsets, times and producer ids stay far below. */
export function int64At(bytes: Buffer, at: number): number {
  // Byte by byte: the headers of batches are read more often than anything, and Buffer's own way checks each time.
  return int32At(bytes, at) * 4_294_967_296 + (int32At(bytes, at + 4) >>> 0);
}

export function putInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 4_294_967_296), at);
  bytes.writeUInt32BE(value - Math.floor(value / 4_294_967_296) * 4_294_967_296, at + 4);
}

function int32At(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
