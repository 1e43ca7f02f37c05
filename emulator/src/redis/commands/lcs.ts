/** The longest common subsequence of two strings, by a table of all their beginnings. */
import type { Bytes } from "../values.ts";

/** A run of bytes that both have in it. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

export interface CommonSubsequence {
  readonly length: number;
  text(): Bytes;
  /** From the last to the first, as the server finds them. */
  matches(): Match[];
}

/** The caller bounds the lengths: the table has their product. */
export function commonSubsequence(a: Bytes, b: Bytes): CommonSubsequence {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i * width + j] =
        a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
          ? at(i - 1, j - 1) + 1
          : Math.max(at(i - 1, j), at(i, j - 1));

  function matches(): Match[] {
    const found: Match[] = [];
    let [i, j, length] = [a.length, b.length, 0];
    const close = () => {
      if (length > 0) found.push({ a: i, b: j, length });
      length = 0;
    };
    while (i > 0 && j > 0) {
      if (a[i - 1] === b[j - 1]) {
        i--;
        j--;
        length++;
      } else {
        close();
        // Of two ways that are as good, the server shortens the second string.
        if (at(i - 1, j) > at(i, j - 1)) i--;
        else j--;
      }
    }
    close();
    return found;
  }

  return {
    length: at(a.length, b.length),
    text: () =>
      matches()
        .reverse()
        .map((match) => a.slice(match.a, match.a + match.length))
        .join(""),
    matches,
  };
}
