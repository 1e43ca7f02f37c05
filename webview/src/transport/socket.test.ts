import { expect, test } from "vitest";
import { connectSocket, type SocketSurroundings } from "./socket.ts";
import type { ConnectionState } from "./transport.ts";

class FakeSocket extends EventTarget {
  readyState = 0;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(message: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  closes(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

function memory(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as Storage;
}

async function start(hash: string, sessionStorage = memory()) {
  const sockets: FakeSocket[] = [];
  const urls: string[] = [];
  const pauses: number[] = [];
  const timers: (() => void)[] = [];
  const states: ConnectionState[] = [];
  const around: SocketSurroundings = {
    open: (url) => {
      urls.push(url);
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    after: (ms, callback) => {
      pauses.push(ms);
      timers.push(callback);
    },
    storage: memory(),
    sessionStorage,
    location: { host: "127.0.0.1:7000", hash, protocol: "http:" },
  };
  const transport = connectSocket(
    { onState: (state) => states.push(state), onMessage: () => {} },
    around,
  );
  await Promise.resolve();
  return {
    transport,
    sockets,
    urls,
    pauses,
    states,
    sessionStorage,
    tick: () => timers.splice(0).forEach((callback) => callback()),
  };
}

test("the token of the address is the first thing said", async () => {
  const { sockets, urls, transport } = await start("#token=s3cret");
  sockets[0]?.opens();
  transport.post({ kind: "ready" });
  expect(urls).toEqual(["ws://127.0.0.1:7000/session"]);
  expect(sockets[0]?.sent.map((text) => JSON.parse(text) as unknown)).toEqual([
    { kind: "hello", token: "s3cret" },
    { kind: "ready" },
  ]);
});

test("the token outlives a reload without it", async () => {
  const { sessionStorage } = await start("#token=s3cret");
  const { sockets } = await start("", sessionStorage);
  sockets[0]?.opens();
  expect(sockets[0]?.sent[0]).toContain("s3cret");
});

test("without any token nothing is tried", async () => {
  const { sockets, states } = await start("");
  expect([sockets.length, states]).toEqual([0, ["refused"]]);
});

test("a wrong token is final", async () => {
  const { sockets, states, pauses } = await start("#token=old");
  sockets[0]?.opens();
  sockets[0]?.closes(1008);
  expect(states.at(-1)).toBe("refused");
  expect(pauses).toEqual([]);
});

test("a lost connection is tried again, each time after a longer pause, from the start again once it spoke", async () => {
  const { sockets, pauses, states, tick } = await start("#token=t");
  for (let round = 0; round < 7; round++) {
    sockets.at(-1)?.closes(1006);
    tick();
  }
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  sockets.at(-1)?.opens();
  sockets.at(-1)?.says({ kind: "traffic", events: [] });
  sockets.at(-1)?.closes(1006);
  expect(pauses.at(-1)).toBe(250);
  expect(states.at(-1)).toBe("lost");
});

test("what is posted while the connection is lost is not sent later", async () => {
  const { transport, sockets } = await start("#token=t");
  transport.post({ kind: "start-all" });
  sockets[0]?.opens();
  expect(sockets[0]?.sent).toHaveLength(1);
});
