/**
 * Erlang's `phash2` and the numbers of its `exs1024`, so that a key goes to the same queue as on the real server. The hash
 * is Bob Jenkins' lookup2 (1996), the generator Sebastiano Vigna's xorshift1024*.
 */

const GOLDEN = 0x9e3779b9;

/** Of a binary. */
export function hashOfBytes(bytes: Uint8Array): number {
  return blockHash(bytes, multiple(13)) & RANGE;
}

/** Of a tuple of an atom and what is behind it: `{longstr, <<"…">>}`, `{byte, 5}`. */
export function hashOfTagged(atom: string, value: Uint8Array | number): number {
  const tuple = mix(add(multiple(9), 2), multiple(9), 0);
  const first = mix(add(multiple(3), pjw(atom)), multiple(3), tuple);
  const whole =
    typeof value === "number"
      ? hashOfInteger(value, first)
      : blockHash(value, add(multiple(13), first));
  return whole & RANGE;
}

/** Of a list of binaries. */
export function hashOfList(items: readonly Uint8Array[]): number {
  const hash = items.reduce((before, item) => blockHash(item, add(multiple(13), before)), 0);
  return mix(add(multiple(2), 2), multiple(2), hash) & RANGE;
}

export function hashOfAtom(atom: string): number {
  return pjw(atom) & RANGE;
}

/** Numbers from 0 up to 1, always the same ones for a seed. */
export function* uniform(seed: number): Generator<number, never> {
  let state = seeded(seed);
  let passed: bigint[] = [];
  for (;;) {
    if (state.length === 1) {
      state = [...state, ...passed];
      passed = [];
    }
    const [first = 0n, second = 0n] = state;
    const a = second ^ ((second << 31n) & WORD);
    const next = first ^ (first >> 30n) ^ a ^ (a >> 11n);
    state = [next, ...state.slice(2)];
    passed.push(first);
    yield Number((next * 1181783497276652981n) & WORD) / 2 ** 64;
  }
}

const RANGE = 2 ** 27 - 1;
const WORD = 2n ** 64n - 1n;

function seeded(seed: number): bigint[] {
  const part = (factor: number) => (BigInt((seed & 0x1fffff) + 1) * BigInt(factor)) & 0x1fffffn;
  let state = (part(2097131) << 43n) | (part(2097133) << 22n) | (part(2097143) << 1n) | 1n;
  const numbers: bigint[] = [];
  while (numbers.length < 16) {
    state ^= state >> 12n;
    state ^= (state << 25n) & WORD;
    state ^= state >> 27n;
    numbers.unshift((state * 2685821657736338717n) & WORD);
  }
  return numbers;
}

/** As far as 28 bits go. */
function hashOfInteger(value: number, before: number): number {
  const hash = value < 0 ? mix(add(GOLDEN, -value), GOLDEN, before) : before;
  return mix(add(GOLDEN, value), GOLDEN, hash);
}

function multiple(of: number): number {
  return Math.imul(GOLDEN, of);
}

function add(one: number, other: number): number {
  return (one + other) | 0;
}

function blockHash(bytes: Uint8Array, initial: number): number {
  if (bytes.length === 0) return initial;
  const at = (index: number) => bytes[index] ?? 0;
  // Beyond the end there are zeros.
  const word = (index: number) =>
    at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
  const registers: Registers = [GOLDEN | 0, GOLDEN | 0, initial | 0];
  let from = 0;
  for (; bytes.length - from >= 12; from += 12)
    stir(registers, word(from), word(from + 4), word(from + 8));
  // The lowest byte of the last word is the length's.
  const last = (at(from + 8) << 8) | (at(from + 9) << 16) | (at(from + 10) << 24);
  stir(registers, word(from), word(from + 4), add(bytes.length, last));
  return registers[2];
}

function mix(a: number, b: number, c: number): number {
  const registers: Registers = [a, b, c];
  stir(registers, 0, 0, 0);
  return registers[2];
}

type Registers = [number, number, number];

function stir(registers: Registers, x: number, y: number, z: number): void {
  let [a, b, c] = registers;
  a = add(a, x);
  b = add(b, y);
  c = add(c, z);
  a = (a - b - c) ^ (c >>> 13);
  b = (b - c - a) ^ (a << 8);
  c = (c - a - b) ^ (b >>> 13);
  a = (a - b - c) ^ (c >>> 12);
  b = (b - c - a) ^ (a << 16);
  c = (c - a - b) ^ (b >>> 5);
  a = (a - b - c) ^ (c >>> 3);
  b = (b - c - a) ^ (a << 10);
  c = (c - a - b) ^ (b >>> 15);
  registers[0] = a;
  registers[1] = b;
  registers[2] = c;
}

/** How Erlang hashes its atoms. */
function pjw(text: string): number {
  let hash = 0;
  for (const byte of Buffer.from(text)) {
    hash = ((hash << 4) + byte) >>> 0;
    const high = (hash & 0xf0000000) >>> 0;
    if (high !== 0) hash = (hash ^ (high >>> 24) ^ high) >>> 0;
  }
  return hash;
}
