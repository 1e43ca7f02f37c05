/**
 * The same random scripts on the emulator and on rabbitmq-server: what every line brings must be equal, word for word. A
 * failure shows the shortest script that still differs. Holds from rabbitmq-server 3.10 on.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type RealBroker, startRabbitmq } from "../../real/brokers.ts";
import { anyOf } from "./grammar.ts";
import { before, type Family } from "./rabbitmq-families.ts";
import { type Line, Player } from "./rabbitmq-player.ts";
import { sameAnswers } from "./same-answers.ts";

interface Comparison {
  readonly families: readonly Family[];
  readonly perRound: number;
  /** Those that the real server needs for these families; the emulator has them built in. */
  readonly plugins?: readonly string[];
  /** Whether the real server survives the script. */
  readonly isSafe?: (script: readonly Line[]) => boolean;
}

/** A test for each family, on one server of each kind. */
export function compareOnRabbitmq({
  families,
  perRound,
  plugins,
  isSafe = () => true,
}: Comparison): void {
  let real: RealBroker;
  let emulator: Emulator;

  beforeAll(async () => {
    real = await startRabbitmq(plugins === undefined ? {} : { plugins });
    emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  });
  afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

  test.each(families)("$name", async (family) => {
    await using reference = new Player(real.url, family.stage);
    await using ours = new Player(emulator.servers[0]?.url ?? "", family.stage);
    const lines = fc.array(anyOf(family.lines, family.words), {
      minLength: 1,
      maxLength: 40,
      size: "medium",
    });
    await sameAnswers(lines.filter(isSafe), perRound, async (script) => {
      const all = [...before(family.before ?? []), ...script];
      const told = await ours.play(all);
      return [await reference.play(all, told), told];
    });
  });
}
