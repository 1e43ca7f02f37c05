/** Subjects into others: an account's mappings, imports under another name. https://docs.nats.io/nats-concepts/subject_mapping */
import { SubjectTransform } from "../jetstream/subject-transform.ts";
import { subjectMatches } from "./subjects.ts";

/** The new subject; undefined where it is none of those that change. */
export type Renaming = (subject: string) => string | undefined;

/** As a renaming, but the subject itself where chance leaves it as it is. */
export type Mapping = (subject: string) => string | undefined;

/** Where a mapped subject goes. */
export interface Destination {
  readonly to: string;
  /** Percent of the messages. */
  readonly weight: number;
}

/** Undefined where the two do not fit. A `*` in `to` takes the wildcards in their order. */
export function renaming(from: string, to: string): Renaming | undefined {
  if (from === to) return (subject) => (subjectMatches(from, subject) ? subject : undefined);
  let wildcards = 0;
  const tokens = to.split(".").map((token) => (token === "*" ? `$${++wildcards}` : token));
  // `>` may become a single subject, which the transform of streams does not know.
  const source = to.endsWith(">") ? from : from.replace(/>$/, "*");
  const transform = SubjectTransform.of(source, tokens.join("."));
  if (transform === undefined) return undefined;
  if (source === from) return (subject) => transform.apply(subject);
  return (subject) => (subjectMatches(from, subject) ? to : undefined);
}

/** Undefined where one of them does not fit. What the weights leave to a hundred stays as it is. */
export function mapping(
  from: string,
  destinations: readonly Destination[],
  random: () => number = Math.random,
): Mapping | undefined {
  const choices = destinations.map(({ to, weight }) => ({ rename: renaming(from, to), weight }));
  if (choices.some(({ rename }) => rename === undefined)) return undefined;
  return (subject) => {
    if (!subjectMatches(from, subject)) return undefined;
    let chance = random() * 100;
    for (const { rename, weight } of choices) {
      chance -= weight;
      if (chance < 0) return rename?.(subject);
    }
    return subject;
  };
}
