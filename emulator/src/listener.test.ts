import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { isHttp, listen } from "./listener.ts";
import { type Listener, PortError } from "./port.ts";
import type { Session } from "./protocol.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

/** A listener whose sessions note what they receive. */
async function start(
  options: { port?: number; move?: boolean } = {},
): Promise<Listener & AsyncDisposable & { log: string[] }> {
  const log: string[] = [];
  let connections = 0;
  const listener = await listen({
    port: options.port ?? 0,
    move: options.move ?? true,
    nextConnection: () => ++connections,
    accept(connection): Session {
      return {
        receive: (chunk) => {
          const text = Buffer.from(chunk).toString();
          log.push(`${connection.id} received ${text}`);
          if (text === "throw") throw new Error("a fault of ours");
          connection.write(Buffer.from("answer"));
        },
        refuse: () => void connection.write(Buffer.from("refused")),
        closed: () => log.push(`${connection.id} closed`),
      };
    },
  });
  return { ...listener, log, [Symbol.asyncDispose]: () => listener.close() };
}

async function say(host: string, port: number, text: string): Promise<string> {
  const socket = connect({ host, port });
  socket.write(text);
  socket.end();
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.on("error", () => {});
  await once(socket, "close");
  return answer;
}

async function take(host: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer().listen({ host, port: 0, ipv6Only: true });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

test.each(hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])("answers on %s", async (host) => {
  await using listener = await start();
  expect(await say(host, listener.port, "hello")).toBe("answer");
  expect(listener.log).toEqual(["1 received hello", "1 closed"]);
  expect(listener.movedFrom).toBeUndefined();
});

test.each(hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])(
  "moves from a port that is taken on %s",
  async (host) => {
    await using taken = await take(host);
    await using listener = await start({ port: taken.port });
    expect(listener.port).not.toBe(taken.port);
    expect(listener.movedFrom).toBe(taken.port);
  },
);

test("says so where it may not move", async () => {
  await using taken = await take("127.0.0.1");
  const refused = start({ port: taken.port, move: false });
  await expect(refused).rejects.toThrow(PortError);
  await expect(refused).rejects.toThrow(`port ${taken.port} is taken`);
});

test("closes an HTTP request with the protocol's word, and nothing of it is received", async () => {
  await using listener = await start();
  expect(
    await say("127.0.0.1", listener.port, "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nhello"),
  ).toBe("refused");
  expect(listener.log).toEqual(["1 closed"]);
});

test("a fault of ours costs the connection, not the process", async () => {
  await using listener = await start();
  const warned = once(process, "warning");
  expect(await say("127.0.0.1", listener.port, "throw")).toBe("");
  expect(String((await warned)[0])).toContain("a fault of ours");
  expect(await say("127.0.0.1", listener.port, "hello")).toBe("answer");
});

test("close ends the connections", async () => {
  const listener = await start();
  const socket = connect({ host: "127.0.0.1", port: listener.port });
  socket.write("hello");
  await once(socket, "data");
  await Promise.all([once(socket, "close"), listener.close()]);
  expect(listener.log).toEqual(["1 received hello", "1 closed"]);
});

test.each([
  ["GET / HTTP/1.1", true],
  ["POST /x HTTP/1.1\r\nHost: x", true],
  ["OPTIONS * HTTP/1.1", true],
  ["DELETE /", true],
  ["CONNECT localhost:4222 HTTP/1.1\r\n", true],
  ["SUB /x HTTP/1.1\r\n", true],
  ['CONNECT {"verbose":false}\r\n', false],
  ["PUB a 5\r\n", false],
  ["GET key\r\n", false],
  ["GET /key\r\n", false],
  ["GET ke", false],
  ["PING\r\n", false],
  ["HPUB a 12 12\r\n", false],
])("%j is an HTTP request: %s", (first, expected) => {
  expect(isHttp(Buffer.from(first))).toBe(expected);
});
