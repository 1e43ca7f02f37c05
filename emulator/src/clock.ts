/** One clock for everything that waits: TTLs, keep-alives, delays. Tests and people can move it. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Calls back once after `ms` of this clock's time. Returns the way to cancel. */
  after(ms: number, callback: () => void): () => void;
  /** Moves the clock forward by `ms`, calling what falls due in order. */
  advance(ms: number): void;
}

/** The system's time plus what it was advanced by. Timers keep no process alive. */
export function createClock(): Clock {
  interface Timer {
    due: number;
    callback: () => void;
    disarm: () => void;
  }
  const timers = new Set<Timer>();
  let offset = 0;
  /** While the clock is moved its time stands still between timers, however long their callbacks take. */
  let held: number | null = null;
  const now = () => held ?? Date.now() + offset;

  function fire(timer: Timer) {
    timer.disarm();
    if (timers.delete(timer)) timer.callback();
  }
  function arm(timer: Timer) {
    const left = Math.min(timer.due - now(), 2 ** 31 - 1);
    if (left > 0) {
      const handle = setTimeout(() => fire(timer), left).unref();
      timer.disarm = () => clearTimeout(handle);
    } else {
      // A timeout of 0 ms takes one: what is due comes before anything that a client sends meanwhile.
      const handle = setImmediate(() => fire(timer)).unref();
      timer.disarm = () => clearImmediate(handle);
    }
  }

  return {
    now,
    after(ms, callback) {
      const timer = { due: now() + ms, callback } as Timer;
      timers.add(timer);
      arm(timer);
      return () => {
        timer.disarm();
        timers.delete(timer);
      };
    },
    advance(ms) {
      const outer = held;
      const target = now() + ms;
      held = now();
      try {
        for (;;) {
          const next = [...timers]
            .filter((timer) => timer.due <= target)
            .sort((a, b) => a.due - b.due)[0];
          if (next === undefined) break;
          held = Math.max(held, next.due);
          fire(next);
        }
      } finally {
        held = outer === null ? null : target;
        offset = target - Date.now();
      }
      for (const timer of timers) {
        timer.disarm();
        arm(timer);
      }
    },
  };
}
