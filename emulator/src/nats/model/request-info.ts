/** The header by which a service that another account asks knows who asks: ADR-4's block with one more line. */

const NAME = "Nats-Request-Info";
const VERSION = "NATS/1.0\r\n";
const END = Buffer.from("\r\n");

/**
 * The block with the line; one that is there already stays: the first account is who asks. `roundTrip`: the client's, ms;
 * nats-server's are nanoseconds, and at least one.
 */
export function withRequestInfo(
  block: Uint8Array | undefined,
  account: string,
  roundTrip: number | undefined,
): Uint8Array {
  const rtt = roundTrip === undefined ? undefined : Math.max(1, Math.round(roundTrip * 1e6));
  const line = `${NAME}: ${JSON.stringify({ acc: account, rtt })}\r\n\r\n`;
  if (block === undefined) return Buffer.from(VERSION + line);
  const before = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (before.includes(`${NAME}:`)) return block;
  return Buffer.concat([before.subarray(0, -END.length), Buffer.from(line)]);
}
