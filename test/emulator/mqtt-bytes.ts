/** MQTT 3.1.1 packets written by hand, wrong ones too: what no client library would send. */

export interface ConnectBytes {
  readonly clientId?: string;
  readonly clean?: boolean;
  readonly keepAlive?: number;
  readonly will?: {
    readonly topic: string;
    readonly payload: string;
    readonly qos: number;
    readonly retain?: boolean;
  };
  /** Instead of what the other fields make. */
  readonly flags?: number;
  readonly level?: number;
  readonly rest?: readonly Uint8Array[];
}

export function connectPacket({
  clientId = "",
  clean = true,
  keepAlive = 60,
  will,
  flags = (clean ? 2 : 0) |
    (will === undefined ? 0 : 4 | (will.qos << 3) | (will.retain === true ? 0x20 : 0)),
  level = 4,
  rest = [],
}: ConnectBytes = {}): Buffer {
  const willBytes = will === undefined ? [] : [text(will.topic), text(will.payload)];
  return packet(
    0x10,
    text("MQTT"),
    [level, flags, keepAlive >> 8, keepAlive & 255],
    text(clientId),
    ...willBytes,
    ...rest,
  );
}

export interface PublishBytes {
  readonly topic: string | Uint8Array;
  readonly payload?: string | Uint8Array;
  readonly qos?: number;
  readonly packetId?: number;
  readonly retain?: boolean;
  readonly duplicate?: boolean;
}

export function publishPacket({
  topic,
  payload = "",
  qos = 0,
  packetId = 1,
  retain = false,
  duplicate = false,
}: PublishBytes): Buffer {
  const flags = (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(0x30 | flags, text(topic), qos > 0 ? uint16(packetId) : [], Buffer.from(payload));
}

export function subscribePacket(
  packetId: number,
  ...filters: readonly (readonly [filter: string, qos: number])[]
): Buffer {
  return packet(
    0x82,
    uint16(packetId),
    ...filters.flatMap(([filter, qos]) => [text(filter), [qos]]),
  );
}

export function unsubscribePacket(packetId: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, uint16(packetId), ...filters.map(text));
}

/** First bytes for `acknowledgePacket`. */
export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBREL = 0x62;
export const PUBCOMP = 0x70;

export function acknowledgePacket(first: number, packetId: number): Buffer {
  return packet(first, uint16(packetId));
}

export const PINGREQ: Buffer = Buffer.from([0xc0, 0]);
export const PINGRESP: Buffer = Buffer.from([0xd0, 0]);
export const DISCONNECT: Buffer = Buffer.from([0xe0, 0]);
export const CONNACK: Buffer = Buffer.from([0x20, 2, 0, 0]);

/** Any packet: its first byte and its body, with the length between them. */
export function packet(
  first: number,
  ...body: readonly (Uint8Array | readonly number[])[]
): Buffer {
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part)));
  const length: number[] = [];
  let rest = bytes.length;
  do {
    length.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), bytes]);
}

export function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(uint16(bytes.length)), bytes]);
}

export function uint16(value: number): number[] {
  return [value >> 8, value & 255];
}
