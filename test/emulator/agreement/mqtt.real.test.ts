/**
 * The same random scripts on the emulator and on mosquitto: the packets that every line brings must be equal. A failure
 * shows the shortest script that still differs. Holds for mosquitto 2.0.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type RealBroker, startMosquitto } from "../../real/brokers.ts";
import { anyOf } from "./grammar.ts";
import { before, families, topics, words } from "./mqtt-families.ts";
import { Player } from "./mqtt-player.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  real = await startMosquitto();
  emulator = await startEmulator({ only: ["mqtt"], ports: { mqtt: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

/** The third client is always of the other version. */
const versions = { 4: { a: 4, b: 4, c: 5 }, 5: { a: 5, b: 5, c: 4 } } as const;

describe.each([4, 5] as const)("version %i", (version) => {
  const spoken = families.filter(({ only5 }) => version === 5 || only5 === undefined);
  test.each(spoken)("$name", async (family) => {
    const stage = {
      versions: versions[version],
      acknowledges: family.byHand === undefined,
      topics,
    };
    await using reference = new Player(real.url, stage);
    await using ours = new Player(emulator.servers[0]?.url ?? "", stage);
    const lines = fc.array(anyOf(family.lines, words), { minLength: 1, maxLength: 20 });
    await sameAnswers(lines, 15, (script) => {
      const all = [...before(family.before ?? []), ...script];
      return Promise.all([reference.play(all), ours.play(all)]);
    });
  });
});
