import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { openPort } from "./port.ts";

test("a port is open on both addresses of loopback, and on no other of this machine", async () => {
  const listener = await openPort({ port: 0, move: false }, (socket) => socket.end());
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address, scopeid = 0 } of addresses) {
    if (scopeid > 0) continue;
    const isLoopback = address === "127.0.0.1" || address === "::1";
    expect(await answers(address, listener.port), address).toBe(isLoopback);
  }
  await listener.close();
});

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const connected = once(socket, "connect").then(() => true);
  return connected.catch(() => false).finally(() => socket.destroy());
}
