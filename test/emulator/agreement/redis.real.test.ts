/**
 * The same random commands on the emulator and on redis-server: the replies must be equal, byte for byte, and what is
 * kept in the end. A failure shows the shortest script that still differs.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type RealBroker, startRedis } from "../../real/brokers.ts";
import { anyOf } from "./grammar.ts";
import { ShowingClient } from "./redis-client.ts";
import { aclFamily } from "./redis-acl-family.ts";
import { families, type Family, words } from "./redis-families.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  // It looks after who waits too long as often as this: ten times a second is what it does by itself.
  real = await startRedis({ config: "appendonly no\nhz 500\nenable-debug-command yes" });
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

describe.each([2, 3])("RESP%i", (version) => {
  test.each([...families, aclFamily])("$name", async (family) => {
    await using reference = await ShowingClient.connect(real.url);
    await using ours = await ShowingClient.connect(emulator.servers[0]?.url ?? "");
    const script = fc.array(anyOf(family.lines, family.words ?? words), {
      minLength: 1,
      maxLength: 40,
    });
    await sameAnswers(script, family.slow ? 30 : 300, (commands) =>
      Promise.all([
        run(reference, family, commands, version),
        run(ours, family, commands, version),
      ]),
    );
  });
});

/** Each command with its reply, from an empty server on, and the sum of what is there then. */
async function run(
  client: ShowingClient,
  { unordered = [], before = [], shown = (reply) => reply, digest = true }: Family,
  commands: readonly (readonly string[])[],
  version: number,
): Promise<string[]> {
  await client.run([
    ["RESET"],
    ["REPLICAOF", "NO", "ONE"],
    ["FLUSHALL"],
    ["HELLO", String(version)],
    ...before,
  ]);
  const replies = await client.run(commands, ([name = ""]) => unordered.includes(name));
  const lines = commands.map(
    (command, index) => `${command.join(" ")} → ${shown(replies[index] ?? "")}`,
  );
  return digest ? [...lines, ...(await client.run([["RESET"], ["DEBUG", "DIGEST"]]))] : lines;
}
