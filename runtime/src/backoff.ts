/** How long to wait before the next attempt to reconnect. */
export interface Backoff {
  /** The wait before the next attempt, in ms: the same until `failed` or `reset`. */
  readonly delay: number;
  /** An attempt failed: the next wait is about twice as long. */
  failed(): void;
  /** An attempt succeeded. */
  reset(): void;
}

/** Doubles from `first` up to `longest`; jitter takes away up to half, so that a fleet does not come back in one moment. */
export function createBackoff(
  options: { first?: number; longest?: number; random?: () => number } = {},
): Backoff {
  const { first = 100, longest = 5000, random = Math.random } = options;
  const draw = (attempt: number) => {
    const full = Math.min(longest, first * 2 ** attempt);
    return Math.round(full * (0.5 + random() / 2));
  };
  let attempt = 0;
  let delay = draw(attempt);
  return {
    get delay() {
      return delay;
    },
    failed() {
      // Beyond 30 doublings the cap holds anyway.
      attempt = Math.min(attempt + 1, 30);
      delay = draw(attempt);
    },
    reset() {
      attempt = 0;
      delay = draw(attempt);
    },
  };
}
