import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { NotTheRealThing } from "./identify.ts";

/**
 * Reads connection.start, the first thing an AMQP 0-9-1 server says, for what it says about itself (§1.4.2.1,
 * server-properties). Nobody has to log in for that.
 */
export async function identifyRabbitmq(url: string): Promise<string> {
  const { protocol, hostname: host, port, username } = new URL(url);
  const socket =
    protocol === "amqps:"
      ? connectTls({ host, port: Number(port || 5671) })
      : connect({ host, port: Number(port || 5672) });
  const shown = username ? url.replace(/\/\/.*@/, "//") : url;
  try {
    socket.setTimeout(5000, () => socket.destroy(new Error(`${shown} says nothing`)));
    socket.write("AMQP\0\0\x09\x01", "latin1");
    let bytes = Buffer.alloc(0);
    while (bytes.length < 7 || bytes.length < 8 + bytes.readUInt32BE(3)) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      bytes = Buffer.concat([bytes, chunk]);
      if (!startsConnection(bytes))
        throw new NotTheRealThing(`${shown} does not answer with connection.start`);
    }
    const { product, version, platform, ...rest } = serverProperties(bytes);
    const marked = Object.values(rest).some((value) => value.includes("millrace-emulator"));
    if (product !== "RabbitMQ" || !platform?.startsWith("Erlang/OTP") || marked) {
      throw new NotTheRealThing(
        `${shown} says it is ${product} on ${platform}, not RabbitMQ on Erlang: these tests compare with the real one`,
      );
    }
    return `RabbitMQ ${version} on ${platform}`;
  } finally {
    socket.destroy();
  }
}

/** A method frame (type 1) on channel 0 with class 10 and method 10, as far as it has come. */
function startsConnection(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 3);
  const method = bytes.subarray(7, 11);
  return (
    head.equals(Buffer.of(1, 0, 0).subarray(0, head.length)) &&
    method.equals(Buffer.of(0, 10, 0, 10).subarray(0, method.length))
  );
}

/** The texts of the table that follows the frame's head, class, method and version. */
function serverProperties(bytes: Buffer): Record<string, string> {
  const texts: Record<string, string> = {};
  let at = 13;
  const end = at + 4 + bytes.readUInt32BE(at);
  at += 4;
  while (at < end) {
    const size = bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, at + 1 + size);
    const type = bytes.toString("latin1", at + 1 + size, at + 2 + size);
    at += 2 + size;
    // RabbitMQ's own are texts and one table, of what it is capable.
    if (type !== "S" && type !== "F") break;
    const length = bytes.readUInt32BE(at);
    if (type === "S") texts[name] = bytes.toString("utf8", at + 4, at + 4 + length);
    at += 4 + length;
  }
  return texts;
}
