/** Subjects with wildcards as sets of subjects: whether two have one in common, whether one holds the other. */

/** nats-server's SubjectsCollide. */
export function subjectsCollide(one: string, other: string): boolean {
  if (one === other) return true;
  const a = one.split(".");
  const b = other.split(".");
  for (let at = 0; at < a.length || at < b.length; at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return false;
    if (left === ">" || right === ">") return true;
    if (left !== right && left !== "*" && right !== "*") return false;
  }
  return true;
}

/** Whether every subject of `part` belongs to `whole`: nats-server's subjectIsSubsetMatch. */
export function isSubset(part: string, whole: string): boolean {
  if (part === whole) return true;
  const inner = part.split(".");
  const outer = whole.split(".");
  for (const [at, token] of outer.entries()) {
    if (token === ">") return inner.length > at;
    const mine = inner[at];
    if (mine === undefined || mine === ">") return false;
    if (token !== "*" && token !== mine) return false;
  }
  return inner.length === outer.length;
}

export function hasWildcard(subject: string): boolean {
  return /(^|\.)(\*|>)(\.|$)/.test(subject);
}

/** A test for one or more filters; all subjects pass where there are none. */
export function subjectTest(filters: readonly string[]): (subject: string) => boolean {
  const tests = filters.map(oneTest);
  const [first] = tests;
  if (first === undefined) return () => true;
  return tests.length === 1 ? first : (subject) => tests.some((test) => test(subject));
}

function oneTest(filter: string): (subject: string) => boolean {
  if (!hasWildcard(filter)) return (subject) => subject === filter;
  if (filter === ">") return () => true;
  const prefix = filter.endsWith(".>") ? filter.slice(0, -1) : undefined;
  if (prefix !== undefined && !hasWildcard(prefix.slice(0, -1)))
    return (subject) => subject.startsWith(prefix) && subject.length > prefix.length;
  return (subject) => isSubset(subject, filter);
}
