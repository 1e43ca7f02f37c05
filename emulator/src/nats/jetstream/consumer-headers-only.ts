/** A header block that says how long the payload is that is left out: headers_only. */
export function withSize(headers: Uint8Array | undefined, size: number): Uint8Array {
  const line = `Nats-Msg-Size: ${size}\r\n\r\n`;
  if (headers === undefined) return Buffer.from(`NATS/1.0\r\n${line}`);
  // Without the empty line at its end.
  return Buffer.concat([headers.subarray(0, headers.length - 2), Buffer.from(line)]);
}
