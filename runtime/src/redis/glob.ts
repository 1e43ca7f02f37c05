/**
 * The patterns of PSUBSCRIBE: `*` any text, `?` one byte, `[abc]`, `[^a-z]`, `\` takes the next one literally.
 * As Redis 7 matches (util.c, stringmatchlen), byte by byte.
 */

/** Whether a channel's name matches a pattern. Backtracks to the last `*` only: linear in most cases, never exponential. */
export function matchesGlob(pattern: string, name: string): boolean {
  const p = Buffer.from(pattern);
  const s = Buffer.from(name);
  let at = 0;
  let from = 0;
  /** After the last `*`, and how much of the name it had taken. */
  let star = -1;
  let taken = 0;
  while (from < s.length) {
    if (p[at] === STAR) {
      star = ++at;
      taken = from;
      continue;
    }
    const next = at < p.length ? step(p, at, s[from] as number) : undefined;
    if (next !== undefined) {
      at = next;
      from++;
    } else if (star >= 0) {
      at = star;
      from = ++taken;
    } else return false;
  }
  while (p[at] === STAR) at++;
  return at >= p.length;
}

/** The name of a channel as a pattern that matches only it. */
export const escapeGlob = (name: string): string => name.replace(/[*?[\]\\^]/g, "\\$&");

/** An address template as a pattern; each `{param}` matches any text, separators too. */
export const globOf = (template: string): string =>
  template
    .split(/\{[A-Za-z_$][\w$]*\}/)
    .map(escapeGlob)
    .join("*");

const STAR = 0x2a;
const ANY = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ESCAPE = 0x5c;
const NOT = 0x5e;
const DASH = 0x2d;

/** Where the pattern goes on when this byte matches its next element. */
function step(p: Buffer, at: number, byte: number): number | undefined {
  const first = p[at];
  if (first === ANY) return at + 1;
  if (first === OPEN) return stepClass(p, at + 1, byte);
  // A backslash at the very end stands for itself.
  const literal = first === ESCAPE && at + 1 < p.length ? at + 1 : at;
  return p[literal] === byte ? literal + 1 : undefined;
}

/** `[…]`; one that is never closed ends with the pattern. */
function stepClass(p: Buffer, start: number, byte: number): number | undefined {
  let at = start;
  const negated = p[at] === NOT;
  if (negated) at++;
  let found = false;
  for (; at < p.length && p[at] !== CLOSE; at++) {
    if (p[at] === ESCAPE && at + 1 < p.length) {
      at++;
      if (p[at] === byte) found = true;
    } else if (p[at + 1] === DASH && at + 2 < p.length) {
      const [one, other] = [p[at] as number, p[at + 2] as number];
      if (byte >= Math.min(one, other) && byte <= Math.max(one, other)) found = true;
      at += 2;
    } else if (p[at] === byte) found = true;
  }
  return found === negated ? undefined : Math.min(at + 1, p.length);
}
