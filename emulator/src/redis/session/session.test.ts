/** The connection, byte by byte, as no client library shows it. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../index.ts";

interface Line {
  /** Sends lines as they would be typed, and returns what has come when it ends so. */
  say(text: string, end: string): Promise<string>;
  readonly socket: Socket;
}

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ only: ["redis"], ports: { redis: 0 }, ...options });
}

async function open(emulator: Emulator): Promise<Line> {
  const socket = connect(emulator.servers[0]!.port, "127.0.0.1");
  await once(socket, "connect");
  let got = "";
  socket.on("data", (chunk: Buffer) => (got += chunk.toString("latin1")));
  return {
    socket,
    async say(text, end) {
      socket.write(text.replaceAll("\n", "\r\n"));
      const read = () => got.replaceAll("\r\n", "\n");
      await expect.poll(() => read().endsWith(end), { interval: 5 }).toBe(true);
      const all = read();
      got = "";
      return all;
    },
  };
}

test("what is no RESP is answered and closed, also behind what was well said", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  const closed = once(line.socket, "close");
  const answer = "-ERR Protocol error: expected '$', got 'f'\n";
  expect(await line.say("PING\n*1\nfoo\nPING\n", answer)).toBe(`+PONG\n${answer}`);
  await closed;
});

test.each(["POST", "Host:"])("%s ends the connection without an answer", async (word) => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say("PING\n", "+PONG\n");
  let more = 0;
  line.socket.on("data", () => more++);
  line.socket.write(`${word} 127.0.0.1\r\nSET stolen 1\r\n`);
  await once(line.socket, "close");
  expect(more).toBe(0);
  const other = await open(emulator);
  expect(await other.say("EXISTS stolen\n", ":0\n")).toBe(":0\n");
  other.socket.destroy();
});

test("credentials are asked for by name and password, and little is taken before", async () => {
  await using emulator = await start({ auth: { user: "shop", password: "secret" } });
  const line = await open(emulator);
  await line.say("PING\n", "-NOAUTH Authentication required.\n");
  await line.say(
    "AUTH shop wrong\n",
    "-WRONGPASS invalid username-password pair or user is disabled.\n",
  );
  await line.say("HELLO 3 AUTH shop secret SETNAME till\n", "*0\n");
  await line.say("ACL WHOAMI\n", "$4\nshop\n");
  await line.say("CLIENT GETNAME\n", "$4\ntill\n");
  const stranger = await open(emulator);
  await stranger.say("*11\n", "-ERR Protocol error: unauthenticated multibulk length\n");
  line.socket.destroy();
});

test("CLIENT REPLY leaves answers out, one or all, but no messages", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say("CLIENT REPLY SKIP\nPING lost\nPING here\n", "$4\nhere\n");
  const off = await line.say(
    "CLIENT REPLY OFF\nPING lost\nSUBSCRIBE c\nUNSUBSCRIBE c\nCLIENT REPLY ON\n",
    "+OK\n",
  );
  expect(off).toBe("*3\n$9\nsubscribe\n$1\nc\n:1\n*3\n$11\nunsubscribe\n$1\nc\n:0\n+OK\n");
  line.socket.destroy();
});

test("in RESP2 a subscriber can do little else; in RESP3 everything, and its own message comes behind the answer", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say("SUBSCRIBE c\n", ":1\n");
  await line.say(
    "GET k\n",
    "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\n",
  );
  await line.say("PING\n", "*2\n$4\npong\n$0\n\n");
  await line.say("RESET\n", "+RESET\n");
  await line.say("HELLO 3\n", "*0\n");
  await line.say("SUBSCRIBE c\n", ">3\n$9\nsubscribe\n$1\nc\n:1\n");
  expect(await line.say("PUBLISH c x\n", "x\n")).toBe(":1\n>3\n$7\nmessage\n$1\nc\n$1\nx\n");
  line.socket.destroy();
});

test("an allocator that knows nothing of itself says so in a plain string, also in RESP3", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say("HELLO 3\n", "*0\n");
  expect(await line.say("MEMORY MALLOC-STATS\n", "allocator\n")).toBe(
    "$45\nStats not supported for the current allocator\n",
  );
  line.socket.destroy();
});

test("a command that cannot be queued refuses its transaction", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say(
    "MULTI\nSET a 1\nNOSUCH\nGET\n",
    "-ERR wrong number of arguments for 'get' command\n",
  );
  await line.say("EXEC\n", "-EXECABORT Transaction discarded because of previous errors.\n");
  await line.say("EXISTS a\n", ":0\n");
  line.socket.destroy();
});

test("who has read more than is tracked is told to forget what is not", async () => {
  await using emulator = await start();
  const [reader, other] = [await open(emulator), await open(emulator)];
  await reader.say("HELLO 3\nCLIENT TRACKING ON\nGET a\nGET b\n", "+OK\n_\n_\n");
  await other.say("CONFIG SET tracking-table-max-keys 1\n", "+OK\n");
  expect(await reader.say("PING\n", "+PONG\n")).toBe(">2\n$10\ninvalidate\n*1\n$1\na\n+PONG\n");
  for (const { socket } of [reader, other]) socket.destroy();
});

test("who was blocked is answered before it is told what its command has changed", async () => {
  await using emulator = await start();
  const [waiter, other] = [await open(emulator), await open(emulator)];
  await waiter.say("RPUSH there a\nHELLO 3\nCLIENT TRACKING ON\n", "+OK\n");
  await waiter.say("LRANGE there 0 -1\n", "*1\n$1\na\n");
  const moved = waiter.say("BLMOVE here there LEFT LEFT 0\n", "there\n");
  await other.say("RPUSH here foo\n", ":1\n");
  expect(await moved).toBe("$3\nfoo\n>2\n$10\ninvalidate\n*1\n$5\nthere\n");
  for (const { socket } of [waiter, other]) socket.destroy();
});

test("who may no longer do what it was blocked with is refused, and that is counted so", async () => {
  await using emulator = await start();
  const [waiter, other] = [await open(emulator), await open(emulator)];
  await other.say("ACL SETUSER worker on nopass +@all allkeys\n", "+OK\n");
  await waiter.say("AUTH worker x\n", "+OK\n");
  const refused = waiter.say("BLPOP jobs 0\n", "\n");
  await expect
    .poll(async () =>
      (await other.say("INFO clients\n", "nokey:0\n\n")).includes("blocked_clients:1"),
    )
    .toBe(true);
  await other.say("ACL SETUSER worker resetkeys\nRPUSH jobs a\n", "+OK\n:1\n");
  expect(await refused).toMatch(/^-NOPERM/);
  expect(await other.say("INFO commandstats\n", "failed_calls=0\n\n")).toContain(
    "cmdstat_blpop:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0",
  );
  for (const { socket } of [waiter, other]) socket.destroy();
});

test("a pause holds writes back until its time is over, by the emulator's clock", async () => {
  await using emulator = await start();
  const [admin, writer] = [await open(emulator), await open(emulator)];
  await admin.say("CLIENT PAUSE 60000 WRITE\n", "+OK\n");
  await writer.say("EXISTS a\n", ":0\n");
  const written = writer.say("SET a 1\nGET a\n", "$1\n1\n");
  await expect
    .poll(async () =>
      (await admin.say("INFO clients\n", "nokey:0\n\n")).includes("blocked_clients:1"),
    )
    .toBe(true);
  await admin.say("EXISTS a\n", ":0\n");
  await emulator.advance(60_000);
  expect(await written).toBe("+OK\n$1\n1\n");
  for (const { socket } of [admin, writer]) socket.destroy();
});

test("what expires in a pause is not found, and goes when that is over", async () => {
  await using emulator = await start();
  const [admin, other] = [await open(emulator), await open(emulator)];
  await admin.say("MULTI\nSET a 1 PX 10\nCLIENT PAUSE 60000 WRITE\nEXEC\n", "*2\n+OK\n+OK\n");
  await emulator.advance(50);
  await admin.say("GET a\nDBSIZE\n", "$-1\n:1\n");
  const written = other.say("SETNX a 2\n", ":1\n");
  await admin.say("CLIENT UNPAUSE\n", "+OK\n");
  await written;
  await admin.say("GET a\n", "$1\n2\n");
  for (const { socket } of [admin, other]) socket.destroy();
});

test("who has read a key is told when another writes it", async () => {
  await using emulator = await start();
  const [reader, writer] = [await open(emulator), await open(emulator)];
  await reader.say("HELLO 3\nCLIENT TRACKING ON\n", "+OK\n");
  await reader.say("GET a\n", "_\n");
  await writer.say("SET a 1\nSET a 2\nSET b 1\n", "+OK\n+OK\n+OK\n");
  expect(await reader.say("PING\n", "+PONG\n")).toBe(">2\n$10\ninvalidate\n*1\n$1\na\n+PONG\n");
  await writer.say("FLUSHALL\n", "+OK\n");
  expect(await reader.say("PING\n", "+PONG\n")).toBe(">2\n$10\ninvalidate\n_\n+PONG\n");
  for (const { socket } of [reader, writer]) socket.destroy();
});

test("a user gets no further than its rules", async () => {
  await using emulator = await start();
  const line = await open(emulator);
  await line.say(
    "ACL SETUSER till on >pin resetchannels &orders.* ~cart:* %R~price:* +@read +@write -flushall +publish (~log:* +append)\nAUTH till pin\n",
    "+OK\n+OK\n",
  );
  await line.say("SET cart:1 x\n", "+OK\n");
  await line.say("GET price:1\n", "$-1\n");
  await line.say("SET price:1 0\n", "-NOPERM No permissions to access a key\n");
  await line.say("APPEND log:1 x\n", ":1\n");
  await line.say(
    "FLUSHALL\n",
    "-NOPERM User till has no permissions to run the 'flushall' command\n",
  );
  await line.say("PUBLISH orders.new x\n", ":0\n");
  await line.say("PUBLISH payments x\n", "-NOPERM No permissions to access a channel\n");
  line.socket.destroy();
});

test("a client that is killed is gone at once, with its name and what it waited for", async () => {
  await using emulator = await start();
  const [admin, worker] = [await open(emulator), await open(emulator)];
  await worker.say("CLIENT SETNAME worker\n", "+OK\n");
  const closed = once(worker.socket, "close");
  worker.socket.write("BLPOP jobs 0\r\n");
  await expect
    .poll(async () =>
      (await admin.say("INFO clients\n", "nokey:0\n\n")).includes("blocked_clients:1"),
    )
    .toBe(true);
  await admin.say("CLIENT KILL TYPE normal\n", ":1\n");
  expect(await admin.say("CLIENT LIST\n", "\n\n")).not.toContain("name=worker");
  await admin.say("RPUSH jobs 1\nLLEN jobs\n", ":1\n:1\n");
  await closed;
  admin.socket.destroy();
});
