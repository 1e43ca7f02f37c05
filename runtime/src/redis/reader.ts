/**
 * The loop of a subscriber that waits for messages on a connection of its own. It never spins: it waits at Redis for some
 * seconds at a time, and after an error longer each time. It stops at once, and loses nothing that was taken.
 */
import { setTimeout as pause } from "node:timers/promises";
import { abortable, within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { Link } from "./link.ts";
import { isCutOff, isPassing, isUnsent } from "./reply-errors.ts";
import type { Slots } from "./slots.ts";

/** A connection that waits at Redis. */
export interface Waiting {
  readonly link: Link;
  /** For how long at a time, in ms. */
  readonly block: number;
  /** Ends the wait that is under way. */
  unblock(): Promise<unknown>;
}

export interface Reading {
  readonly waiting: Waiting;
  readonly slots: Slots;
  readonly logger: DriverContext["logger"];
  /** For messages: `the list "jobs"`. */
  readonly name: string;
  /** How many may be taken now. */
  room(): number;
  /** Called with each new connection, before it is read from. */
  restore?(): Promise<void>;
  /** Takes up to `room` messages and hands them over, waiting up to `block` ms for the first. */
  take(room: number, block: number): Promise<void>;
}

/** Thrown by `take`: there is nothing to be read any more. */
export class NoMore extends Error {}

export interface Reader {
  /** Why nothing is received at present. */
  problem(): string | undefined;
  /** Takes nothing more; resolves when what was under way has been handed over. */
  stop(): Promise<void>;
}

/** A reply that is so much later than it should be, in ms, will not come: the connection is dead. */
const GRACE = 10_000;

export function startReader(reading: Reading): Reader {
  const { waiting, slots, logger, name } = reading;
  const { link } = waiting;
  const backoff = createBackoff();
  const stopping = new AbortController();
  let taking = false;
  let problem: string | undefined;
  let epoch: number | undefined;

  async function turn(): Promise<void> {
    if (link.lost) await abortable(link.back, stopping.signal);
    if (epoch !== link.epoch) {
      const before = link.epoch;
      await reading.restore?.();
      epoch = before;
    }
    if (stopping.signal.aborted) return;
    taking = true;
    const taken = reading.take(reading.room(), waiting.block);
    await within(taken, waiting.block + GRACE, () => {
      link.reset();
      return new Error("no answer");
    });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await slots.until(() => reading.room() > 0 || stopping.signal.aborted);
      if (stopping.signal.aborted) return;
      try {
        await turn();
        if (problem !== undefined) logger.info(`${name} is read again`);
        problem = undefined;
        backoff.reset();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (error instanceof NoMore) {
          problem = error.message;
          return;
        }
        note(error);
        // What was taken is known only with the next connection, or after the next restore.
        epoch = undefined;
        const { delay } = backoff;
        backoff.failed();
        await pause(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      } finally {
        taking = false;
      }
    }
  }

  function note(error: unknown): void {
    // The link says so itself.
    if (isUnsent(error) || isCutOff(error)) return;
    const text = messageOf(error);
    if (problem === text) return;
    problem = text;
    if (isPassing(error)) logger.warn(`${name} cannot be read at present: ${text}`);
    else logger.error(`${name} cannot be read: ${text}; trying again`);
  }

  let over = false;
  const ended = run().finally(() => (over = true));
  return {
    problem: () => problem,
    async stop() {
      stopping.abort();
      slots.touch();
      while (!over) {
        // It may overtake the command that it is to end, so once is not enough.
        if (taking) await waiting.unblock().catch(() => undefined);
        await Promise.race([ended, pause(20)]);
      }
      link.end();
    },
  };
}
