/** Bytes as Erlang prints them: RabbitMQ shows so what it could not read. */

/** `~w`: always as numbers. */
export function binaryNumbers(bytes: Uint8Array): string {
  return `<<${bytes.join(",")}>>`;
}

/** `~p`: as text where all of it can be shown. */
export function binaryTerm(bytes: Uint8Array): string {
  if (bytes.length === 0 || !bytes.every(isPrintable)) return binaryNumbers(bytes);
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte));
  return `<<"${letters.map((letter) => ESCAPES[letter] ?? letter).join("")}">>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
};

function isPrintable(byte: number): boolean {
  return (byte >= 8 && byte <= 13) || byte === 27 || (byte >= 32 && byte <= 126) || byte >= 160;
}
