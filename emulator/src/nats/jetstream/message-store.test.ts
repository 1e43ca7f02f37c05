import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { subjectMatches } from "../model/subjects.ts";
import type { StoredMessage } from "./contract.ts";
import { MessageStore } from "./message-store.ts";

test("questions by subject, number and time have the answers of a plain list, whatever was deleted", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const pick = (most: number) => Math.floor(random() * most);
  const store = new MessageStore("memory");
  const list: StoredMessage[] = [];
  let time = 1000;
  let seq = 0;
  const filters = [
    [],
    ["a.1"],
    ["*.2"],
    ["a.>"],
    [">"],
    ["b.*.x", "a.3"],
    ["none.>"],
    ["a.*", "a.1"],
  ];
  for (let step = 0; step < 2000; step++) {
    const chance = random();
    if (chance < 0.6) {
      // Numbers are left out now and then, as a mirror does.
      seq += random() < 0.05 ? 1 + pick(3000) : 1;
      time += pick(3);
      const subject = `${["a", "b", "c"][pick(3)]}.${pick(5)}${random() < 0.3 ? ".x" : ""}`;
      const message = { seq, time, subject, payload: Buffer.alloc(pick(20)), number: seq };
      store.append(message);
      list.push(message);
    } else if (list.length > 0) {
      // The first more often than others: that is what limits take.
      const place = random() < 0.5 ? 0 : pick(list.length);
      const [gone] = list.splice(place, 1);
      expect(store.delete(gone?.seq ?? 0)?.seq, `seed ${seed}`).toBe(gone?.seq);
    }
    if (step % 20 > 0) continue;
    const from = pick(seq + 3);
    const at = 1000 + pick(time - 995);
    const last = { seq: seq + 1 };
    for (const wanted of filters) {
      const matches = ({ subject }: StoredMessage) =>
        wanted.length === 0 || wanted.some((filter) => subjectMatches(filter, subject));
      const found = list.filter((message) => message.seq >= from && matches(message));
      const lasts = new Map(list.filter(matches).map((each) => [each.subject, each.seq]));
      expect(
        {
          next: store.next(from, wanted)?.seq,
          count: store.count(from, wanted),
          last: store.lastOf(wanted),
          lasts: store.lastPerSubject(wanted),
        },
        `seed ${seed}, step ${step}, from ${from}, ${wanted.join(" ")}`,
      ).toEqual({
        next: found[0]?.seq,
        count: found.length,
        last: Math.max(0, ...lasts.values()),
        lasts: [...lasts.values()].sort((one, other) => one - other),
      });
    }
    expect(
      [store.messages, store.bytes, store.first, store.subjects, store.firstAt(at)],
      `seed ${seed}, step ${step}`,
    ).toEqual([
      list.length,
      list.reduce((sum, { subject, payload }) => sum + subject.length + payload.length + 16, 0),
      (list[0] ?? last).seq,
      new Set(list.map(({ subject }) => subject)).size,
      (list.find((message) => message.time >= at) ?? last).seq,
    ]);
  }
});

test("what has gone costs nothing: a lonely first message and a late last one are neighbours", () => {
  const store = new MessageStore("memory");
  const put = (seq: number, subject: string) =>
    store.append({ seq, time: seq, subject, payload: Buffer.alloc(0), number: seq });
  put(1, "kept");
  for (let seq = 2; seq <= 100_000; seq++) {
    put(seq, "again");
    if (seq > 2) store.delete(seq - 1);
  }
  expect(store.next(2, [])?.seq).toBe(100_000);
  expect(store.count(2, [])).toBe(1);
  expect(store.deleted()).toHaveLength(99_998);
  expect(store.lastPerSubject([])).toEqual([1, 100_000]);
});
