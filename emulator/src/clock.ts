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
    handle: NodeJS.Timeout;
  }
  const timers = new Set<Timer>();
  let offset = 0;
  /** While the clock is moved its time stands still between timers, however long their callbacks take. */
  let held: number | null = null;
  const now = () => held ?? Date.now() + offset;

  function fire(timer: Timer) {
    clearTimeout(timer.handle);
    if (timers.delete(timer)) timer.callback();
  }
  function arm(timer: Timer) {
    timer.handle = setTimeout(
      () => fire(timer),
      Math.min(Math.max(0, timer.due - now()), 2 ** 31 - 1),
    );
    timer.handle.unref();
  }

  return {
    now,
    after(ms, callback) {
      const timer = { due: now() + ms, callback } as Timer;
      timers.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.handle);
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
        clearTimeout(timer.handle);
        arm(timer);
      }
    },
  };
}
