/** What a stream does with subjects: under which it keeps a message, where it sends it on, and which filters are none. */
import type { StreamConfig } from "./stream-config.ts";
import { isSubset } from "./subject-sets.ts";
import { SubjectTransform } from "./subject-transform.ts";

export class StreamSubjects {
  readonly #input: SubjectTransform | undefined;
  readonly #republish: SubjectTransform | undefined;
  /** All its messages' subjects belong to these; undefined where others may come in. */
  readonly #only: readonly string[] | undefined;
  readonly #simple: WeakMap<readonly string[], readonly string[]> = new WeakMap();

  constructor({ subjects = [], sources, subject_transform: input, republish }: StreamConfig) {
    this.#input = input && SubjectTransform.of(input.src, input.dest);
    this.#republish = republish && SubjectTransform.of(republish.src, republish.dest);
    const closed = subjects.length > 0 && sources === undefined && input === undefined;
    this.#only = closed ? subjects : undefined;
  }

  /** The subject that a message is kept under. */
  kept(subject: string): string {
    return this.#input?.apply(subject) ?? subject;
  }

  /** Where a stored message is sent once more; undefined where it is not. */
  republished(subject: string): string | undefined {
    return this.#republish?.apply(subject);
  }

  /** A filter that holds all of the stream's subjects is none. */
  simplest(filters: readonly string[]): readonly string[] {
    if (filters.length === 0) return filters;
    let simple = this.#simple.get(filters);
    if (simple === undefined) {
      const only = this.#only;
      const all = filters.some(
        (filter) => filter === ">" || only?.every((each) => isSubset(each, filter)) === true,
      );
      simple = all ? [] : filters;
      this.#simple.set(filters, simple);
    }
    return simple;
  }
}
