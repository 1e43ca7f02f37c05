/** Messages without a body in which the server speaks of a delivery: `NATS/1.0 409 Consumer Deleted`. */

const EMPTY = new Uint8Array();

interface StatusMessage {
  readonly headers: Uint8Array;
  readonly payload: Uint8Array;
  readonly quiet: true;
}

export function status(
  code: number,
  description: string,
  headers: Readonly<Record<string, string | number>> = {},
): StatusMessage {
  let block = `NATS/1.0 ${code} ${description}\r\n`;
  for (const [name, value] of Object.entries(headers)) block += `${name}: ${value}\r\n`;
  return { headers: Buffer.from(`${block}\r\n`), payload: EMPTY, quiet: true };
}

/** What a pull request did not get. */
export function leftover(messages: number, bytes: number): Record<string, number> {
  return { "Nats-Pending-Messages": messages, "Nats-Pending-Bytes": bytes };
}

/** `consumer` and `stream`: the last sequence numbers delivered; `stalled`: where flow control waits for an answer. */
export function idleHeartbeat(
  consumer: number,
  stream: number,
  stalled: string | undefined,
): StatusMessage {
  return status(100, "Idle Heartbeat", {
    "Nats-Last-Consumer": consumer,
    "Nats-Last-Stream": stream,
    ...(stalled === undefined ? {} : { "Nats-Consumer-Stalled": stalled }),
  });
}
