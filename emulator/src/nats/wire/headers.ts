/** The header block of HPUB and HMSG: `NATS/1.0[ status[ description]]`, then `Name: value` lines. ADR-4 of nats-architecture-and-design. */

export interface Headers {
  /** `503` and the like, where the first line has one. */
  readonly status?: string;
  readonly description?: string;
  /** In order; a name may come twice. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

const VERSION = "NATS/1.0";

/** Reads a block leniently: what is no `Name: value` line is left out, as nothing but the journal looks at it. */
export function decodeHeaders(block: Uint8Array): Headers {
  const [first = "", ...lines] = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
    .toString("utf8")
    .split("\r\n");
  const [, status, description] = /^NATS\/1\.0\s+(\d{3})\s*(.*)$/.exec(first) ?? [];
  const values = lines.flatMap((line): (readonly [string, string])[] => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  return { ...(status === undefined ? {} : { status, description: description ?? "" }), values };
}

/** @throws {Error} for a name or value that would break the lines. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Uint8Array {
  let block = `${VERSION}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (name === "" || /[\r\n:]/.test(name))
      throw new Error(
        `the header name ${JSON.stringify(name)} cannot be sent: leave out colons and line ends`,
      );
    if (/[\r\n]/.test(value))
      throw new Error(`the header ${name} cannot be sent: its value has a line end`);
    block += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${block}\r\n`);
}

/** As the journal keeps them: a name that comes twice has its values behind each other. */
export function headerRecord(block: Uint8Array | undefined): Record<string, string> {
  const record: Record<string, string> = {};
  if (block === undefined) return record;
  for (const [name, value] of decodeHeaders(block).values) {
    record[name] = Object.hasOwn(record, name) ? `${record[name]}, ${value}` : value;
  }
  return record;
}
