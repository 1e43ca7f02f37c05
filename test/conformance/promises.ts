/**
 * What every broker promises: one suite, kept by each driver. A new driver is one line in a test file:
 * `driverPromises("kafka", openWorld, facts)`. Where brokers differ, a promise asks the facts and tests the other outcome.
 */
import { afterAll, beforeAll, describe, test } from "vitest";
import { addressing } from "./addressing.ts";
import { Bench, type Facts, type World } from "./bench.ts";
import { consuming } from "./consuming.ts";
import { delivering } from "./delivering.ts";
import { living } from "./living.ts";
import { reconnecting } from "./reconnecting.ts";
import { requesting } from "./requesting.ts";
import { settling } from "./settling.ts";

/** One promise: what it says, and how it is tried. */
export type Promises = Readonly<Record<string, (bench: Bench) => Promise<void>>>;

export function driverPromises(name: string, openWorld: () => Promise<World>, facts: Facts): void {
  describe(name, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld();
    });
    afterAll(() => world?.close());

    const groups = {
      delivering,
      consuming,
      addressing,
      requesting,
      settling,
      living,
      ...(facts.cuttable ? { reconnecting } : {}),
    };
    for (const [group, promises] of Object.entries(groups)) {
      describe(group, () => {
        for (const [promise, keep] of Object.entries<(bench: Bench) => Promise<void>>(promises)) {
          test(promise, async () => {
            const bench = new Bench(world, facts);
            try {
              await keep(bench);
            } finally {
              await bench.close();
            }
          });
        }
      });
    }
  });
}
