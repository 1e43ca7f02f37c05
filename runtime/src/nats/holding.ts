/**
 * The messages of one subscription that are in this process: waiting for the handler or with it. The server hears that
 * they are in progress, so that none comes again while it is here; one that comes again all the same, because an outage was
 * longer than `ackWait`, is handled once and settled by its newest delivery.
 */
import { createIntake } from "../intake.ts";
import { ACK, IN_PROGRESS, nak, TERM, type Answers } from "./answers.ts";
import type { Incoming, Settlement } from "../driver.ts";
import type { Link } from "./link.ts";
import type { StreamMessage } from "./options.ts";

export interface Holding {
  /** How many are here. */
  readonly size: number;
  /** Takes a message that came in. */
  take(message: StreamMessage): void;
  /** The sequence behind which a consumer of our own goes on when it has to be made anew; undefined before the first message. */
  readonly position: number | undefined;
  /** The consumer or stream is another one: what was known of its sequences is no longer true. */
  forget(): void;
  /** What the server says of the consumer. */
  limits(config: { ackWait: number; maxDeliver: number }): void;
  /** Gives back what waits, or has it handled where that cannot be; resolves when all has settled. */
  drain(): Promise<void>;
  /** Gives back what is still with a handler: nobody waits for it any more. */
  giveBack(): void;
}

interface Held {
  /** Its newest delivery. */
  message: StreamMessage;
  settled: boolean;
}

export interface HoldingOptions {
  readonly link: Link;
  readonly answers: Answers;
  readonly concurrency: number;
  readonly acknowledges: boolean;
  /** As the core wants it; undefined: not for this subscriber, done. */
  read(message: StreamMessage): Incoming | undefined;
  deliver(message: Incoming): Promise<void>;
  /** Something has ended: there is room. */
  onRoom(): void;
}

/** How many ended messages are remembered, for those that come again although they have ended. */
const REMEMBERED = 10_000;

export function createHolding(options: HoldingOptions): Holding {
  const { link, answers, acknowledges } = options;
  const held = new Map<number, Held>();
  /** Ended, and how it was said. */
  const ended = new Map<number, string>();
  /** Sent back: the consumer will deliver it again. */
  const owed = new Set<number>();
  let last: number | undefined;
  let ackWait = 30_000;
  let maxDeliver = -1;
  let timer: NodeJS.Timeout | undefined;
  let draining = false;

  const intake = createIntake(options.concurrency, async (entry: Held) => {
    const { message } = entry;
    try {
      const incoming = options.read(message);
      if (incoming === undefined) finish(entry, ACK);
      else
        await options.deliver(
          acknowledges
            ? { ...incoming, attempt: message.info.deliveryCount, settle: settlement(entry) }
            : incoming,
        );
    } finally {
      const sequence = message.info.streamSequence;
      // Sent back by the handler, it may have come again before the handler ended.
      if (held.get(sequence) === entry) held.delete(sequence);
      if (held.size === 0) clearInterval(timer);
      options.onRoom();
    }
  });

  function settlement(entry: Held): Settlement {
    return {
      ack: async () => finish(entry, ACK),
      reject: async () => finish(entry, TERM),
      nack: async (how = {}) => {
        const { info, subject } = entry.message;
        if (maxDeliver > 0 && info.deliveryCount >= maxDeliver) {
          link.logger.warn(
            `the message ${info.streamSequence} of "${subject}" was delivered ${info.deliveryCount} times (maxDeliver) and is given up`,
          );
          finish(entry, TERM);
        } else {
          owed.add(info.streamSequence);
          finish(entry, nak(how.delay));
        }
      },
    };
  }

  function finish(entry: Held, how: string): void {
    if (entry.settled) return;
    entry.settled = true;
    if (!acknowledges) return;
    const { message } = entry;
    const sequence = message.info.streamSequence;
    if (how === ACK || how === TERM) {
      owed.delete(sequence);
      ended.set(sequence, how);
      if (ended.size > REMEMBERED) ended.delete(ended.keys().next().value as number);
    }
    answers.send(message.reply ?? "", how);
  }

  function reportProgress(): void {
    if (link.lost !== undefined) return;
    for (const { message, settled } of held.values())
      if (!settled) link.client.publish(message.reply ?? "", IN_PROGRESS);
  }

  function watchProgress(): void {
    clearInterval(timer);
    if (acknowledges && held.size > 0)
      timer = setInterval(reportProgress, Math.max(50, Math.floor(ackWait / 3)));
  }

  return {
    get size() {
      return held.size;
    },
    get position() {
      const open = acknowledges ? [...owed, ...held.keys()] : [];
      if (last === undefined) return undefined;
      return open.length === 0 ? last : Math.min(last, ...open.map((sequence) => sequence - 1));
    },
    take(message) {
      const sequence = message.info.streamSequence;
      if (draining) {
        if (acknowledges) answers.send(message.reply ?? "", nak());
        return;
      }
      const before = held.get(sequence);
      if (before !== undefined && !before.settled) {
        before.message = message;
        return;
      }
      const how = ended.get(sequence);
      if (how !== undefined) {
        answers.send(message.reply ?? "", how);
        return;
      }
      owed.delete(sequence);
      last = Math.max(last ?? 0, sequence);
      const entry: Held = { message, settled: false };
      held.set(sequence, entry);
      if (held.size === 1) watchProgress();
      intake.push(entry);
    },
    forget() {
      ended.clear();
      owed.clear();
      last = undefined;
    },
    limits(config) {
      ({ ackWait, maxDeliver } = config);
      watchProgress();
    },
    async drain() {
      draining = true;
      await intake.drain((entry) => {
        // What nobody would deliver again is handled as well.
        if (!acknowledges) return true;
        finish(entry, nak());
        held.delete(entry.message.info.streamSequence);
        return false;
      });
      clearInterval(timer);
      await answers.flush();
    },
    giveBack() {
      draining = true;
      clearInterval(timer);
      for (const entry of held.values()) finish(entry, nak());
    },
  };
}
