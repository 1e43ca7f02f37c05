/**
 * The subject that a push consumer delivers to. It delivers while somebody is subscribed to exactly this subject, in the
 * deliver group where there is one. consumer.go: updateDeliveryInterest, hbTimer.
 */
import type { ConsumerConfig } from "./consumer-config.ts";
import type { Outgoing, Outlet, OutletSteps } from "./consumer-outlet.ts";
import { idleHeartbeat, status } from "./consumer-status.ts";
import type { StreamView, Surroundings } from "./contract.ts";
import { FlowControl } from "./push-flow-control.ts";

export class PushSubject implements Outlet {
  readonly #surroundings: Surroundings;
  readonly #steps: OutletSteps;
  readonly #flow: FlowControl | undefined;
  readonly #heartbeat: number;
  readonly #group: string | undefined;
  #subject: string;
  #active = false;
  #lastSent: number;
  #stopHearing: () => void = () => {};
  #stopHeartbeat: () => void = () => {};
  lastActive: number;

  constructor(
    surroundings: Surroundings,
    stream: StreamView,
    name: string,
    config: ConsumerConfig,
    steps: OutletSteps,
  ) {
    this.#surroundings = surroundings;
    this.#steps = steps;
    this.#subject = config.deliver_subject ?? "";
    this.#group = config.deliver_group;
    this.#heartbeat = (config.idle_heartbeat ?? 0) / 1e6;
    this.#lastSent = surroundings.clock.now();
    this.lastActive = this.#lastSent;
    if (config.flow_control === true)
      this.#flow = new FlowControl(surroundings, `$JS.FC.${stream.name}.${name}`, steps);
    this.#listen();
    if (this.#heartbeat > 0) this.#beat(this.#heartbeat);
  }

  /** Delivers to another subject from now on. */
  configure(config: ConsumerConfig): void {
    this.#subject = config.deliver_subject ?? "";
    this.#stopHearing();
    this.#listen();
    this.#steps.wake();
  }

  ready(): boolean {
    return this.#active && this.#flow?.isFull !== true;
  }

  send(outgoing: Outgoing): boolean {
    if (!outgoing.publish(this.#subject)) {
      this.#look();
      return false;
    }
    this.#lastSent = this.#surroundings.clock.now();
    this.#flow?.sent(outgoing.size, this.#subject);
    return true;
  }

  idle(): void {}

  request(_payload: Uint8Array, reply: string): void {
    this.#surroundings.publish(reply, PUSH_BASED);
  }

  info(): { num_waiting: number; push_bound?: true } {
    return { num_waiting: 0, ...(this.#active ? { push_bound: true as const } : {}) };
  }

  inUse(): boolean {
    return this.#active;
  }

  end(): void {
    this.#stopHearing();
    this.#stopHeartbeat();
    this.#flow?.end();
  }

  #listen(): void {
    this.#active = this.#surroundings.bound(this.#subject, this.#group);
    this.#stopHearing = this.#surroundings.onInterest(this.#subject, () => this.#look());
  }

  #look(): void {
    const active = this.#surroundings.bound(this.#subject, this.#group);
    if (active === this.#active) return;
    this.#active = active;
    this.lastActive = this.#surroundings.clock.now();
    this.#steps.wake();
  }

  /** A message sent puts the heartbeat off; the timer is left to run and looks when it fires. */
  #beat(ms: number): void {
    const { clock } = this.#surroundings;
    this.#stopHeartbeat = clock.after(ms, () => {
      const rest = this.#lastSent + this.#heartbeat - clock.now();
      if (rest > 0) return this.#beat(rest);
      if (this.#active) {
        const { consumer, stream } = this.#steps.last();
        const beat = idleHeartbeat(consumer, stream, this.#flow?.waitingFor);
        this.#surroundings.publish(this.#subject, beat);
      }
      this.#beat(this.#heartbeat);
    });
  }
}

const PUSH_BASED = status(409, "Consumer is push based");
