/** Where a delivered message is acknowledged: the reply subject says which delivery it was. ADR-15 of nats-architecture-and-design. */

export interface DeliveryInfo {
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  readonly streamSeq: number;
  readonly consumerSeq: number;
}

/** What the consumer listens to. */
export function ackPattern(stream: string, consumer: string): string {
  return `$JS.ACK.${stream}.${consumer}.*.*.*.*.*`;
}

/** `time` in ms. */
export function ackSubject(
  stream: string,
  consumer: string,
  info: DeliveryInfo,
  time: number,
  pending: number,
): string {
  return `$JS.ACK.${stream}.${consumer}.${info.deliveries}.${info.streamSeq}.${info.consumerSeq}.${time}000000.${pending}`;
}

/** undefined where it cannot be read: such an acknowledgement is passed over. */
export function readAckSubject(subject: string): DeliveryInfo | undefined {
  const tokens = subject.split(".");
  const [deliveries, streamSeq, consumerSeq] = tokens.slice(4, 7).map(natural);
  if (tokens.length !== 9 || !deliveries || !streamSeq || !consumerSeq) return undefined;
  return { deliveries, streamSeq, consumerSeq };
}

function natural(token: string): number {
  return /^\d{1,16}$/.test(token) ? Number(token) : 0;
}
