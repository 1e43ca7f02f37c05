import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { Roster, type Rostered } from "./roster.ts";

interface Named extends Rostered {
  readonly name: number;
}

test("a scan meets everybody who is there all the time, whoever comes and goes meanwhile", () => {
  const random = seededRandom(3);
  for (let run = 0; run < 200; run++) {
    const roster = new Roster<Named>();
    const present = new Set<Named>();
    let names = 0;
    const come = () => {
      const member = { name: ++names, place: 0 };
      roster.add(member);
      present.add(member);
    };
    const go = () => {
      const member = [...present][Math.floor(random() * present.size)];
      if (member === undefined) return;
      roster.remove(member);
      present.delete(member);
    };
    for (let count = random() * 60; count > 0; count--) come();

    const always = new Set(present);
    const met = new Set<Named>();
    let cursor = 0;
    do {
      const found = roster.scan(cursor, 1 + Math.floor(random() * 5));
      for (const member of found.members) met.add(member);
      cursor = found.cursor;
      for (let changes = random() * 6; changes > 0; changes--) {
        if (random() < 0.4) come();
        else go();
        for (const member of always) if (!present.has(member)) always.delete(member);
      }
    } while (cursor !== 0);
    for (const member of always) expect(met).toContain(member);
  }
});

test("a sample has as many different members as were asked for, or all", () => {
  const roster = new Roster<Named>();
  for (let name = 0; name < 100; name++) roster.add({ name, place: 0 });
  for (const count of [0, 1, 10, 50, 99, 100, 1000])
    expect(new Set(roster.sample(count)).size).toBe(Math.min(count, 100));
});
