/** Chunks of a process' output → lines; what has no line break for long is passed on in pieces. */
const LONGEST = 64 * 1024;

export interface LineReader {
  push(chunk: string): void;
  /** Passes on what has no line break at the end. */
  end(): void;
}

export function readLines(onLine: (line: string) => void): LineReader {
  let rest = "";
  return {
    push(chunk) {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
      while (rest.length > LONGEST) {
        onLine(rest.slice(0, LONGEST));
        rest = rest.slice(LONGEST);
      }
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
