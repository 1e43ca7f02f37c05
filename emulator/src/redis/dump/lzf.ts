/** LZF, in which the server compresses long strings. http://oldhome.schmorp.de/marc/liblzf.html */

/** `length` bytes; null where the input does not make just so many. */
export function decompress(input: Uint8Array, length: number): Buffer | null {
  const output = Buffer.alloc(length);
  let [from, to] = [0, 0];
  while (from < input.length) {
    const control = input[from++] ?? 0;
    if (control < 32) {
      const end = from + control + 1;
      if (end > input.length || to + control + 1 > length) return null;
      output.set(input.subarray(from, end), to);
      from = end;
      to += control + 1;
      continue;
    }
    // What stood so far back comes again, also what it writes itself.
    let count = (control >> 5) + 2;
    if (count === 9) count += input[from++] ?? 0;
    const back = ((control & 0x1f) << 8) + (input[from++] ?? 0) + 1;
    if (back > to || to + count > length || from > input.length) return null;
    for (let left = count; left > 0; left--) output[to] = output[to++ - back] ?? 0;
  }
  return to === length ? output : null;
}
