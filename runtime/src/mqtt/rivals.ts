/**
 * Whether another client takes the session of a connection, and how long to stay away then. Two clients of one id end
 * each other's connections for ever, unless one of them waits.
 */
import { createBackoff } from "../backoff.ts";

/** A connection that has held for so many ms is no accident. */
const CALM = 2000;

export interface Rivals {
  /**
   * The connection has been made. `resumed`: the broker knew its session. `attempts`: to connect, since it was lost.
   * `alone`: no other connection to the broker was lost meanwhile.
   */
  made(facts: { resumed: boolean; attempts: number; alone: boolean }): void;
  /** The broker says that another has taken the session. */
  named(): void;
  /** The connection is lost: how long to stay away, in ms, where it was another's doing. */
  lost(): { readonly wait: number; readonly certain: boolean } | undefined;
  /** Nothing is waited for any longer. */
  end(): void;
}

/**
 * `lasting`: another process could have the client id. `calm` is told when a connection has held for a while, `wait` how
 * long the next reconnect is to wait should this one not hold.
 */
export function watchRivals(
  lasting: boolean,
  tell: { calm(): void; wait(ms: number): void },
): Rivals {
  const takenOver = createBackoff({ first: 60_000, longest: 600_000 });
  // The network may be bad as well.
  const suspected = createBackoff({ first: 5000, longest: 60_000 });
  let settling: NodeJS.Timeout | undefined;
  /** How many connections in a row did not hold, though the broker took them at once and knew their session. */
  let shortLived = 0;
  let verdict: { readonly wait: number; readonly certain: boolean } | undefined;

  function condemn(certain: boolean): void {
    const backoff = certain ? takenOver : suspected;
    verdict = { wait: backoff.delay, certain };
    backoff.failed();
    tell.wait(verdict.wait);
  }

  return {
    made({ resumed, attempts, alone }) {
      // A broker or network that was away ends all connections, is not there at once, or has no session.
      if (attempts > 1 || !resumed || !alone) shortLived = 0;
      // MQTT 3.1.1 does not say that a session was taken over, nor does mosquitto (2.0).
      if (shortLived === 3 && lasting) condemn(false);
      settling = setTimeout(() => {
        settling = undefined;
        shortLived = 0;
        verdict = undefined;
        tell.calm();
      }, CALM).unref();
    },
    named: () => condemn(true),
    lost() {
      if (settling !== undefined) shortLived++;
      clearTimeout(settling);
      const found = verdict;
      if (found !== undefined) shortLived = 0;
      verdict = undefined;
      return found;
    },
    end: () => clearTimeout(settling),
  };
}
