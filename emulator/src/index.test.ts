import { expect, test } from "vitest";
import { connect, headers } from "nats";
import { startEmulator } from "./index.ts";

test("serves a NATS client, journals what happens and publishes as the workbench", async () => {
  await using emulator = await startEmulator({ ports: { nats: 0 }, only: ["nats"] });
  const seen: string[] = [];
  emulator.onEvents((events) =>
    seen.push(...events.map((e) => `${e.kind} ${e.channel} ${e.client?.name}`)),
  );
  const nc = await connect({ servers: emulator.servers[0]!.url, name: "a" });
  nc.subscribe("q.*", { queue: "g", callback: (_e, m) => void m.respond("yo") });
  const h = headers();
  h.set("x", "y");
  const r = await nc.request("q.1", "hi", { headers: h, timeout: 1000 });
  expect(r.string()).toBe("yo");
  await expect(nc.request("nobody", "hi")).rejects.toThrow(/503/);
  await emulator.publish({
    protocol: "nats",
    channel: "q.2",
    payload: Buffer.from("x"),
    headers: { a: "b" },
  });
  await nc.flush();
  await nc.close();
  expect(seen).toContain("delivered q.2 a");
});
