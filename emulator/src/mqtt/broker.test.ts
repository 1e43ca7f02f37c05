/** What broker.ts relies on in aedes besides its types: these fail first when the pinned version changes. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type BrokerHooks, createBroker } from "./broker.ts";

function hooks(log: string[]): BrokerHooks {
  let message = 100;
  return {
    authenticate: () => true,
    published(packet) {
      message += 10;
      log.push(`published ${packet.topic} ${message}`);
      return message;
    },
    routed: (packet, number, takers) =>
      void log.push(`routed ${packet.topic} ${number} to ${takers}`),
    forward: () => true,
  };
}

test("every message passes publish, and the system's own are left alone", async () => {
  const log: string[] = [];
  const broker = await createBroker(hooks(log), {});
  await broker.publish({ topic: "a", payload: Buffer.from("x"), qos: 1, retain: false });
  await broker.publish({ topic: "$SYS/x", payload: Buffer.from("x"), qos: 0, retain: false });
  await broker.close();
  expect(log).toEqual(["published a 110", "routed a 110 to 0"]);
});

test("aedes is pinned exactly", async () => {
  const { dependencies } = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  ) as {
    dependencies: Record<string, string>;
  };
  expect(dependencies["aedes"]).toMatch(/^\d/);
});
