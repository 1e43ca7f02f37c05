/**
 * The same random scripts on the emulator's JetStream and on the nats-server that it claims to be. A failure shows the
 * shortest script that still differs.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLAIMED_RELEASE, type RealBroker, startNatsServer } from "../../real/brokers.ts";
import { playPush, pushScript } from "./jetstream-push.ts";
import { play, script } from "./jetstream-script.ts";
import { runs } from "./runs.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  real = await startNatsServer("jetstream {}", CLAIMED_RELEASE);
  emulator = await startEmulator({ only: ["nats"], ports: { nats: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

test("a stream and its consumer", () => agree(script, play, 100));
test("a push consumer", () => agree(pushScript, playPush, 20));

function agree<Steps>(
  scripts: fc.Arbitrary<Steps>,
  playOn: (url: string, steps: Steps) => Promise<unknown>,
  perRound: number,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(scripts, async (steps) => {
      const [seen, expected] = await Promise.all([
        playOn(emulator.servers[0]?.url ?? "", steps),
        playOn(real.url, steps),
      ]);
      // nats-server counts what is pending, and sends some of it, a moment after it has confirmed a message: a
      // difference is one that stays.
      for (let tries = 1, again = expected; !isDeepStrictEqual(again, seen); tries++) {
        if (tries === 3) expect(seen).toEqual(again);
        again = await playOn(real.url, steps);
      }
    }),
    runs(perRound),
  );
}
