/**
 * Who waits for messages of a pull consumer. One request after the other gets a message, in turns; each ends when it has
 * what it asked for, when its time is over, or when its inbox has nobody any more. consumer.go: waitQueue, processWaiting.
 */
import type { ConsumerConfig } from "./consumer-config.ts";
import { goDuration } from "./consumer-duration.ts";
import type { Outgoing, Outlet, OutletSteps } from "./consumer-outlet.ts";
import { idleHeartbeat, leftover, status } from "./consumer-status.ts";
import type { Surroundings } from "./contract.ts";
import type { PriorityGroups, PriorityRequest } from "./priority-groups.ts";
import { type PullRequest, readPullRequest } from "./pull-request.ts";

/** A request on the queue. */
interface Waiting {
  readonly reply: string;
  readonly noWait: boolean;
  readonly heartbeat: number;
  readonly limited: boolean;
  readonly priority: PriorityRequest | undefined;
  /** ms; Infinity: it waits for ever. */
  readonly expires: number;
  nextHeartbeat: number;
  left: number;
  bytesLeft: number;
  got: number;
}

export class PullQueue implements Outlet {
  readonly #surroundings: Surroundings;
  readonly #steps: OutletSteps;
  readonly #groups: PriorityGroups;
  #config: ConsumerConfig;
  #queue: Waiting[] = [];
  #cancel: () => void = () => {};
  #armed = Number.POSITIVE_INFINITY;
  #swept = 0;
  lastActive: number;

  constructor(
    surroundings: Surroundings,
    config: ConsumerConfig,
    steps: OutletSteps,
    groups: PriorityGroups,
  ) {
    this.#surroundings = surroundings;
    this.#config = config;
    this.#steps = steps;
    this.#groups = groups;
    this.lastActive = surroundings.clock.now();
  }

  configure(config: ConsumerConfig): void {
    this.#config = config;
  }

  ready(): boolean {
    return this.#queue.length > 0;
  }

  request(payload: Uint8Array, reply: string): void {
    const request = readPullRequest(payload);
    if (typeof request === "string") return this.#tell(reply, 400, `Bad Request - ${request}`);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return this.#tell(reply, 409, refusal);
    const wrong = this.#groups.refusal(request.priority);
    if (wrong !== undefined) return this.#tell(reply, ...wrong);
    const now = this.#surroundings.clock.now();
    const full = () => this.#queue.length >= (this.#config.max_waiting ?? 0);
    // At most once in a second, as it looks at every request there is.
    if (full() && now - this.#swept > 1000) this.#sweep(false);
    if (request.noWait && !this.#mayStay(request, reply)) return;
    if (full()) return this.#tell(reply, 409, "Exceeded MaxWaiting");
    this.lastActive = now;
    this.#enqueue({
      reply,
      noWait: request.noWait,
      heartbeat: request.heartbeat,
      limited: request.maxBytes > 0,
      priority: request.priority,
      expires: request.expires > 0 ? now + request.expires : Number.POSITIVE_INFINITY,
      nextHeartbeat: request.heartbeat > 0 ? now + request.heartbeat : Number.POSITIVE_INFINITY,
      left: request.batch,
      bytesLeft: request.maxBytes,
      got: 0,
    });
    this.#steps.wake();
  }

  send(outgoing: Outgoing): boolean {
    let passed = 0;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (!this.#isOver(next)) {
        const fresh = next.priority?.id === "";
        const verdict = this.#groups.judge(next.priority);
        if (verdict === "passed over") {
          this.#queue.push(next);
          this.#queue.shift();
          if (++passed >= this.#queue.length) return false;
          continue;
        }
        if (verdict === "wrong pin") this.#close(next, 423, "Nats-Wrong-Pin-Id");
        else if (next.limited && outgoing.size > next.bytesLeft)
          this.#close(next, 409, "Message Size Exceeds MaxBytes");
        else if (outgoing.publish(next.reply, this.#groups.header)) {
          this.#took(next, outgoing.size);
          return true;
        }
        // Nobody is there any more, or it is too large for it.
        if (fresh && next.priority?.id !== "") this.#groups.release();
      }
      this.#queue.shift();
    }
    return false;
  }

  idle(drained: boolean): void {
    this.#sweep(drained);
    this.#arm();
  }

  info(): { num_waiting: number } {
    this.#sweep(false);
    return { num_waiting: this.#queue.length };
  }

  inUse(): boolean {
    this.#sweep(true);
    return this.#queue.length > 0;
  }

  end(reason: "Consumer Deleted" | "Stream Deleted" | "Server Shutdown"): void {
    this.#cancel();
    for (const { reply, left, bytesLeft } of this.#queue.splice(0)) {
      if (reason === "Server Shutdown") this.#tell(reply, 409, reason, leftover(left, bytesLeft));
      // A stream takes its consumers with it, and says no more than that.
      else this.#tell(reply, 409, "Consumer Deleted");
    }
  }

  #refusal({ batch, expires, maxBytes }: PullRequest): string | undefined {
    const { max_batch: maxBatch = 0, max_expires: maxExpires = 0 } = this.#config;
    const most = this.#config.max_bytes ?? 0;
    if (maxBatch > 0 && batch > maxBatch) return `Exceeded MaxRequestBatch of ${maxBatch}`;
    if (maxExpires > 0 && expires * 1e6 > maxExpires)
      return `Exceeded MaxRequestExpires of ${goDuration(maxExpires)}`;
    if (most > 0 && maxBytes > most) return `Exceeded MaxRequestMaxBytes of ${most}`;
    return undefined;
  }

  /** Whether a request that does not wait may join: not where there is nothing, or others wait for all that there is. */
  #mayStay({ expires }: PullRequest, reply: string): boolean {
    const available = this.#steps.available();
    const refuse = (code: number, text: string) => {
      this.lastActive = this.#surroundings.clock.now();
      this.#tell(reply, code, text);
      return false;
    };
    if (available === 0) return expires > 0 || refuse(404, "No Messages");
    this.#sweep(false);
    const asked = this.#queue.reduce((sum, waiting) => sum + waiting.left, 0);
    return available >= asked || refuse(408, "Requests Pending");
  }

  /** By priority behind all of the same. */
  #enqueue(waiting: Waiting): void {
    const priority = waiting.priority?.priority ?? Number.POSITIVE_INFINITY;
    const place = this.#groups.sorted
      ? this.#queue.findIndex((other) => (other.priority?.priority ?? priority) > priority)
      : -1;
    if (place < 0) this.#queue.push(waiting);
    else this.#queue.splice(place, 0, waiting);
  }

  #close({ reply, left, bytesLeft }: Waiting, code: number, description: string): void {
    this.#tell(reply, code, description, leftover(left, bytesLeft));
  }

  #isOver(waiting: Waiting): boolean {
    if (this.#surroundings.clock.now() < waiting.expires) return false;
    this.#timeOut(waiting);
    return true;
  }

  #took(waiting: Waiting, size: number): void {
    const now = this.#surroundings.clock.now();
    this.lastActive = now;
    this.#queue.shift();
    waiting.got++;
    waiting.left--;
    if (waiting.limited) {
      waiting.bytesLeft -= size;
      if (waiting.bytesLeft === 0) waiting.left = 0;
    }
    if (waiting.left > 0) {
      if (waiting.heartbeat > 0) waiting.nextHeartbeat = now + waiting.heartbeat;
      this.#enqueue(waiting);
    } else if (waiting.bytesLeft > 0) {
      this.#tell(waiting.reply, 409, "Batch Completed", leftover(0, waiting.bytesLeft));
    }
  }

  /** Ends what is over or has lost its inbox, and sends heartbeats. `drained`: those that do not wait have all they get. */
  #sweep(drained: boolean): void {
    const now = this.#surroundings.clock.now();
    this.#swept = now;
    this.#queue = this.#queue.filter((waiting) => {
      if ((drained && waiting.noWait && waiting.got > 0) || now >= waiting.expires) {
        this.#timeOut(waiting);
        return false;
      }
      // It was passed over, and does not wait for its turn.
      if (drained && waiting.noWait && this.#groups.choosy && !Number.isFinite(waiting.expires)) {
        this.#tell(waiting.reply, 404, "No Messages");
        return false;
      }
      if (!this.#surroundings.interest(waiting.reply)) return false;
      if (now >= waiting.nextHeartbeat) {
        const { consumer, stream } = this.#steps.last();
        this.#surroundings.publish(waiting.reply, idleHeartbeat(consumer, stream, undefined));
        waiting.nextHeartbeat = now + waiting.heartbeat;
      }
      return true;
    });
  }

  /** One timer for what comes first. */
  #arm(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const waiting of this.#queue)
      first = Math.min(first, waiting.expires, waiting.nextHeartbeat);
    if (first >= this.#armed) return;
    this.#cancel();
    this.#armed = first;
    const { clock } = this.#surroundings;
    this.#cancel = clock.after(Math.max(0, first - clock.now()), () => {
      this.#armed = Number.POSITIVE_INFINITY;
      this.idle(true);
    });
  }

  #timeOut(waiting: Waiting): void {
    this.#close(waiting, 408, "Request Timeout");
  }

  #tell(
    reply: string,
    code: number,
    description: string,
    headers?: Readonly<Record<string, number>>,
  ): void {
    this.#surroundings.publish(reply, status(code, description, headers));
  }
}
