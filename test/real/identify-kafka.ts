import { once } from "node:events";
import { connect } from "node:net";
import { NotTheRealThing } from "./identify.ts";

/** By the level of metadata.version (KIP-584 and KIP-778), which only Apache Kafka since 3.3 has. */
const RELEASES: Readonly<Record<number, string>> = { 21: "3.9", 25: "4.0", 27: "4.1" };

/**
 * Asks for the API ranges and the finalized features (ApiVersions v3), and for the cluster (Metadata v2). Resolves
 * once the cluster has a broker that serves: a fresh one names none at first.
 * @param servers `host:port[,host:port]`, without TLS; ApiVersions may be asked before a SASL login, Metadata not.
 */
export async function identifyKafka(servers: string): Promise<string> {
  const [host = "", port = "9092"] = (servers.split(",")[0] ?? "").split(":");
  const socket = connect(Number(port), host);
  socket.setTimeout(2000, () => socket.destroy(new Error(`${servers} says nothing`)));
  try {
    await once(socket, "connect");
    const name = "millrace-tests";
    const apis = await ask(socket, 18, 3, [compact(name), compact("1"), Buffer.of(0)]);
    const { count, level } = apiVersions(apis);
    const cluster = metadata(await ask(socket, 3, 2, [Buffer.alloc(4)]));
    if (cluster.id.includes("millrace-emulator") || level === undefined) {
      throw new NotTheRealThing(
        `${servers} is the cluster "${cluster.id}" without a metadata.version, so it is not Apache Kafka in KRaft mode: these tests compare with the real one`,
      );
    }
    if (cluster.brokers === 0) throw new Error(`${servers} has no broker yet`);
    return `Apache Kafka ${RELEASES[level] ?? "of unknown release"} (metadata.version ${level}, ${count} APIs)`;
  } finally {
    socket.destroy();
  }
}

type Socket = ReturnType<typeof connect>;

/** Request header v2 where the version is a flexible one (here ApiVersions), else v1; the answer after its correlation id. */
async function ask(socket: Socket, api: number, version: number, body: Buffer[]): Promise<Reader> {
  const head = Buffer.alloc(8);
  head.writeInt16BE(api, 0);
  head.writeInt16BE(version, 2);
  const client = Buffer.from("\0\x01m");
  const tags = api === 18 ? [Buffer.of(0)] : [];
  const request = Buffer.concat([head, client, ...tags, ...body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  socket.write(Buffer.concat([size, request]));
  let answer = Buffer.alloc(0);
  while (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    answer = Buffer.concat([answer, chunk]);
  }
  return new Reader(answer.subarray(8));
}

function apiVersions(reader: Reader): { count: number; level: number | undefined } {
  const error = reader.int16();
  if (error !== 0) throw new NotTheRealThing(`answers ApiVersions v3 with error ${error}`);
  const count = reader.varint() - 1;
  for (let index = 0; index < count; index++) {
    reader.skip(6);
    reader.tags();
  }
  reader.skip(4);
  let level: number | undefined;
  // Tag 2 of the answer: FinalizedFeatures.
  reader.tags((tag, value) => {
    if (tag !== 2) return;
    for (let left = value.varint() - 1; left > 0; left--) {
      const feature = value.text(value.varint() - 1);
      const max = value.int16();
      value.skip(2);
      value.tags();
      if (feature === "metadata.version") level = max;
    }
  });
  return { count, level };
}

function metadata(reader: Reader): { brokers: number; id: string } {
  const brokers = reader.int32();
  for (let index = 0; index < brokers; index++) {
    reader.skip(4);
    reader.text(reader.int16());
    reader.skip(4);
    reader.text(reader.int16());
  }
  return { brokers, id: reader.text(reader.int16()) };
}

const compact = (text: string) => Buffer.concat([Buffer.of(text.length + 1), Buffer.from(text)]);

class Reader {
  private at = 0;
  private readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  skip(length: number): void {
    this.at += length;
  }
  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }
  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }
  /** Unsigned, seven bits a byte. */
  varint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  /** Of a length that was read; -1 is null. */
  text(length: number): string {
    const from = this.at;
    this.at += Math.max(0, length);
    return this.bytes.toString("utf8", from, this.at);
  }
  tags(each?: (tag: number, value: Reader) => void): void {
    for (let left = this.varint(); left > 0; left--) {
      const tag = this.varint();
      const size = this.varint();
      each?.(tag, new Reader(this.bytes.subarray(this.at, this.at + size)));
      this.at += size;
    }
  }
}
