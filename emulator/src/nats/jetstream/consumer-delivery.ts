/**
 * How a consumer's messages go out: what waits to be delivered again first, then the next of the stream, for as long as
 * somebody takes them. consumer.go of nats-server: loopAndGatherMsgs, getNextMsg, deliverMsg.
 */
import { subjectMatches } from "../model/subjects.ts";
import { ackSubject } from "./ack-subject.ts";
import { type ConsumerConfig, filtersOf } from "./consumer-config.ts";
import type { Cursor } from "./consumer-cursor.ts";
import type { Ledger, Reach } from "./consumer-ledger.ts";
import type { Outlet } from "./consumer-outlet.ts";
import type { Pace } from "./consumer-pace.ts";
import type { Pause } from "./consumer-pause.ts";
import type { StoredMessage, StreamView, Surroundings } from "./contract.ts";
import { withSize } from "./consumer-headers-only.ts";
import { withHeaders } from "./header-block.ts";

/** So much goes out in one turn, so that sockets are written and others are heard between. */
const TURN_MESSAGES = 1000;
const TURN_BYTES = 1024 * 1024;
const EMPTY = new Uint8Array();

/** A message on its way out, counted as delivered. */
interface Taken {
  readonly message: StoredMessage;
  readonly deliveries: number;
}

/** What of a message goes out. */
interface Content {
  readonly headers?: Uint8Array;
  readonly payload: Uint8Array;
}

interface DeliveryParts {
  readonly surroundings: Surroundings;
  readonly stream: StreamView;
  readonly name: string;
  readonly cursor: Cursor;
  readonly ledger: Ledger;
  readonly outlet: () => Outlet;
  readonly pace: Pace;
  readonly pause: Pause;
  readonly config: () => ConsumerConfig;
}

export class ConsumerDelivery {
  readonly #parts: DeliveryParts;
  /** The consumer's number of the last delivery. */
  #sequence: number;
  /** ms. */
  #last: number | undefined;
  /** Waits for its time. */
  #held: Taken | undefined;
  #running = false;
  /** Cancels the timer that goes on; while it runs, nothing goes out. */
  #resume: (() => void) | undefined;

  constructor(parts: DeliveryParts, sequence: number, last: number | undefined) {
    this.#parts = parts;
    this.#sequence = sequence;
    this.#last = last;
    // What creates a consumer is answered before its first message.
    this.#pause(0);
  }

  /** How far it has come. */
  get reach(): Reach {
    return { consumer: this.#sequence, stream: this.#parts.cursor.read };
  }

  get last(): number | undefined {
    return this.#last;
  }

  /** Delivers what can be delivered. */
  run(): void {
    if (this.#running || this.#resume !== undefined) return;
    this.#running = true;
    try {
      this.#turn();
    } finally {
      this.#running = false;
    }
    this.#parts.stream.consumerChanged(this.#parts.name);
  }

  /** The message that is read, but waits for its time. */
  get held(): number | undefined {
    return this.#held?.deliveries === 1 ? this.#held.message.seq : undefined;
  }

  end(): void {
    this.#resume?.();
    this.#resume = () => {};
  }

  #turn(): void {
    const outlet = this.#parts.outlet();
    if (this.#parts.pause.remaining > 0) return outlet.idle(true);
    let bytes = 0;
    for (let messages = 0; outlet.ready(); messages++) {
      if (messages === TURN_MESSAGES || bytes > TURN_BYTES) return this.#pause(0);
      const paced = this.#held;
      this.#held = undefined;
      const taken = paced ?? this.#take();
      if (taken === undefined) return outlet.idle(!this.#parts.ledger.full);
      const { message, deliveries } = taken;
      const content = this.#content(message);
      const reply = this.#reply(message, deliveries);
      const size =
        message.subject.length +
        reply.length +
        (content.headers?.length ?? 0) +
        content.payload.length;
      const wait = paced === undefined ? this.#parts.pace.delay(message, size) : 0;
      if (wait >= 1) {
        this.#held = taken;
        outlet.idle(false);
        return this.#pause(wait);
      }
      const publish = (subject: string, pin?: string) =>
        this.#publish(subject, reply, taken, pin === undefined ? content : pinned(content, pin));
      if (!outlet.send({ size, publish })) {
        this.#back(taken);
        return outlet.idle(true);
      }
      bytes += size;
      this.#delivered(taken);
    }
  }

  #take(): Taken | undefined {
    const { ledger, stream, cursor } = this.#parts;
    for (let again = ledger.takeAgain(); again !== undefined; again = ledger.takeAgain()) {
      const message = stream.get(again.seq);
      if (message !== undefined) return { message, deliveries: again.deliveries };
      ledger.uncount(again.seq);
    }
    if (ledger.full) return undefined;
    const message = cursor.take();
    return message === undefined ? undefined : { message, deliveries: 1 };
  }

  #back({ message, deliveries }: Taken): void {
    if (deliveries === 1) this.#parts.cursor.back(message);
    else this.#parts.ledger.backAgain(message.seq);
  }

  #delivered({ message }: Taken): void {
    const { surroundings, stream, ledger, config } = this.#parts;
    this.#sequence++;
    this.#last = surroundings.clock.now();
    if (config().ack_policy !== "none") return ledger.track(message.seq, this.#sequence);
    ledger.raise(this.#sequence, message.seq);
    if (stream.retention !== "limits") stream.settled(message.seq);
  }

  #reply({ seq, time }: StoredMessage, deliveries: number): string {
    const { stream, name, cursor } = this.#parts;
    const info = { deliveries, streamSeq: seq, consumerSeq: this.#sequence + 1 };
    return ackSubject(stream.name, name, info, time, cursor.pending);
  }

  #content(message: StoredMessage): Content {
    const { headers, payload } = message;
    if (this.#parts.config().headers_only === true)
      return { headers: withSize(headers, payload.length), payload: EMPTY };
    return headers === undefined ? { payload } : { headers, payload };
  }

  #publish(to: string, reply: string, { message, deliveries }: Taken, content: Content): boolean {
    const { surroundings, name } = this.#parts;
    const { subject, number } = message;
    const delivery = {
      subject,
      pattern: this.patternOf(subject),
      group: name,
      again: deliveries > 1,
    };
    return surroundings.publish(to, { ...content, reply, number, delivery }) > 0;
  }

  /** Which of the consumer's filters the subject came through, or which of the stream's subjects. */
  patternOf(subject: string): string {
    const filters = filtersOf(this.#parts.config());
    const patterns = filters.length > 0 ? filters : this.#parts.stream.limits.subjects;
    const [only] = patterns;
    if (only !== undefined && patterns.length === 1) return only;
    return patterns.find((pattern) => subjectMatches(pattern, subject)) ?? subject;
  }

  #pause(ms: number): void {
    this.#resume = this.#parts.surroundings.clock.after(ms, () => {
      this.#resume = undefined;
      this.run();
    });
  }
}

function pinned({ headers, payload }: Content, pin: string): Content {
  return { headers: withHeaders(headers, [["Nats-Pin-Id", pin]]), payload };
}
