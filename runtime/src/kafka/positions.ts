/** Where partitions go on: where the group is, or where this process was; where there is neither, as `from` says. */
import type { Assigned } from "./client.ts";
import { Partition } from "./partition.ts";
import type { From, Offsets, Topics } from "./topics.ts";

export interface PositionsTerms {
  readonly topics: Pick<Topics, "begin" | "committed">;
  /** Absent where nothing is committed. */
  readonly group: string | undefined;
  readonly from: From;
  /** `topic/partition` of all that were there when it began: others are read from their first record. */
  readonly present: ReadonlySet<string>;
}

type Committed = ReadonlyMap<string, Offsets>;

export class Positions {
  readonly #terms: PositionsTerms;
  /** All that were ever ours: remembered for when they come back. */
  readonly #known = new Map<string, Partition>();

  constructor(terms: PositionsTerms) {
    this.#terms = terms;
  }

  get(topic: string, number: number): Partition | undefined {
    return this.#known.get(`${topic}/${number}`);
  }

  /** What the group has committed, by topic. */
  async committed(assignment: Assigned): Promise<Committed> {
    const { topics, group } = this.#terms;
    const names = Object.keys(assignment);
    return group === undefined || names.length === 0 ? new Map() : topics.committed(group, names);
  }

  /** The partitions, each at its position. */
  async place(assignment: Assigned, committed: Committed): Promise<Partition[]> {
    const placed: Partition[] = [];
    for (const [topic, numbers] of Object.entries(assignment))
      placed.push(...(await this.#placeTopic(topic, numbers, committed.get(topic) ?? new Map())));
    return placed;
  }

  async #placeTopic(
    topic: string,
    numbers: readonly number[],
    committed: Offsets,
  ): Promise<Partition[]> {
    const { topics, group, from, present } = this.#terms;
    let begin: Offsets | undefined;
    let earliest: Offsets | undefined;
    const found: Partition[] = [];
    for (const number of numbers) {
      const id = `${topic}/${number}`;
      const offset = committed.get(number) ?? -1;
      let partition = this.#known.get(id);
      if (partition !== undefined && group !== undefined && offset !== partition.committed) {
        // Others were here meanwhile; or somebody has set the group back, then everything is to come again.
        if (offset > partition.committed) partition.advance(offset);
        else partition = undefined;
      }
      if (partition === undefined) {
        let position = offset;
        if (offset < 0 && (present.has(id) || typeof from === "object"))
          position = (begin ??= await topics.begin(topic, from)).get(number) ?? 0;
        else if (offset < 0)
          position = (earliest ??= await topics.begin(topic, "earliest")).get(number) ?? 0;
        partition = new Partition(topic, number, position, group === undefined ? position : offset);
        this.#known.set(id, partition);
      }
      found.push(partition);
    }
    return found;
  }
}
