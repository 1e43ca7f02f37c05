import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { ById } from "./by-id.ts";
import { compareIds, formatId, type StreamId } from "./stream-ids.ts";

test("whatever comes and goes, all is found and walked in order", () => {
  const random = seededRandom(7);
  for (let run = 0; run < 5; run++) {
    const all = new ById<StreamId>();
    const expected = new Set<number>();
    const inOrder = () => [...expected].sort((one, other) => one - other);
    for (let step = 0; step < 2000; step++) {
      const ms = Math.floor(random() * 900);
      if (random() < 0.7) {
        if (!expected.has(ms)) all.add({ ms, seq: 0 });
        expected.add(ms);
      } else if (random() < 0.98) {
        expect(all.delete({ ms, seq: 0 }) !== undefined).toBe(expected.delete(ms));
      } else {
        const gone = inOrder().slice(0, Math.floor(random() * 200));
        expect(all.removeFirst(gone.length).map((id) => id.ms)).toEqual(gone);
        for (const each of gone) expected.delete(each);
      }
    }
    const from = { ms: Math.floor(random() * 900), seq: 0 };
    const ids = inOrder().map((ms) => ({ ms, seq: 0 }));
    expect(all.size).toBe(ids.length);
    expect([...all.ascending(from)]).toEqual(ids.filter((id) => compareIds(id, from) >= 0));
    expect([...all.descending(from)].map(formatId)).toEqual(
      ids
        .filter((id) => compareIds(id, from) <= 0)
        .map(formatId)
        .reverse(),
    );
    expect([all.first, all.last]).toEqual([ids[0], ids.at(-1)]);
  }
});
