/**
 * The same random scripts on the emulator's JetStream and on the nats-server that it claims to be. A failure shows the
 * shortest script that still differs.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import type fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { CLAIMED_RELEASE, type RealBroker, startNatsServer } from "../../real/brokers.ts";
import { playPush, pushScript } from "./jetstream-push.ts";
import { play, script } from "./jetstream-script.ts";
import { sameAnswers } from "./same-answers.ts";

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
  return sameAnswers(scripts, perRound, (steps) =>
    Promise.all([playOn(real.url, steps), playOn(emulator.servers[0]?.url ?? "", steps)]),
  );
}
