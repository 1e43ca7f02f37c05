/** Patterns as KEYS, SCAN and PSUBSCRIBE take them: `*`, `?`, `[a-z]`, `[^a]`, `\` (stringmatchlen in util.c). */
import type { Bytes } from "../values.ts";

const STAR = 0x2a;
const ANY = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const NOT = 0x5e;
const ESCAPE = 0x5c;
const TO = 0x2d;

/** A pattern in which the text comes to one more of them matches nothing. */
const MOST_STARS = 1000;

/** Goes back to the last star only, so that no pattern takes more than both lengths multiplied. */
export function globMatches(pattern: Bytes, text: Bytes): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let starPlace = 0;
  let stars = 0;
  while (place < text.length) {
    if (pattern.charCodeAt(at) === STAR) {
      while (pattern.charCodeAt(at) === STAR) at++;
      if (at === pattern.length) return true;
      if (++stars > MOST_STARS) return false;
      star = at;
      starPlace = place;
      continue;
    }
    const next = at < pattern.length ? one(pattern, at, text.charCodeAt(place)) : -1;
    if (next >= 0) {
      at = next;
      place++;
    } else if (star >= 0) {
      at = star;
      place = ++starPlace;
    } else return false;
  }
  while (pattern.charCodeAt(at) === STAR) at++;
  return at >= pattern.length;
}

/** Where the pattern goes on behind what matches one character; -1 where it does not match. */
function one(pattern: Bytes, at: number, character: number): number {
  const sign = pattern.charCodeAt(at);
  if (sign === ANY) return at + 1;
  if (sign === OPEN) return oneOf(pattern, at + 1, character);
  if (sign === ESCAPE && at + 1 < pattern.length)
    return pattern.charCodeAt(at + 1) === character ? at + 2 : -1;
  return sign === character ? at + 1 : -1;
}

/** A class that is not closed ends with the pattern. */
function oneOf(pattern: Bytes, from: number, character: number): number {
  let at = from;
  const negated = pattern.charCodeAt(at) === NOT;
  if (negated) at++;
  let found = false;
  for (; at < pattern.length && pattern.charCodeAt(at) !== CLOSE; at++) {
    let low = pattern.charCodeAt(at);
    if (low === ESCAPE && at + 1 < pattern.length) {
      low = pattern.charCodeAt(++at);
      found ||= low === character;
    } else if (pattern.charCodeAt(at + 1) === TO && at + 2 < pattern.length) {
      const high = pattern.charCodeAt((at += 2));
      found ||= Math.min(low, high) <= character && character <= Math.max(low, high);
    } else found ||= low === character;
  }
  return found === negated ? -1 : Math.min(at + 1, pattern.length);
}
