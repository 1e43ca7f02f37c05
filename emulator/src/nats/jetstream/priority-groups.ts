/**
 * Which of those who pull gets the next message: priority groups of nats-server 2.11, with `prioritized` of 2.12. ADR-42 of
 * nats-architecture-and-design
 */
import type { Clock } from "../../clock.ts";
import type { ConsumerConfig } from "./consumer-config.ts";
import { ZERO_TIME } from "./header-block.ts";
import { nuid } from "./nuid.ts";

/** What a pull request says of itself. */
export interface PriorityRequest {
  readonly group: string;
  readonly minPending: number;
  readonly minAckPending: number;
  /** The pin that its client has; given to it here, too. */
  id: string;
  /** 0 to 9: the lowest is served first. */
  readonly priority: number;
}

interface PrioritySteps {
  /** How many messages the consumer has before it. */
  pending(): number;
  /** How many wait for their acknowledgement. */
  ackPending(): number;
  pinned(group: string, id: string): void;
  unpinned(group: string, reason: "admin" | "timeout"): void;
  /** Others may be served now. */
  wake(): void;
}

export class PriorityGroups {
  readonly #clock: Clock;
  readonly #steps: PrioritySteps;
  #config: ConsumerConfig;
  /** Of pinned_client: who is served alone; there is one for all groups, as in nats-server. */
  #pin = "";
  #pinnedAt: number | undefined;
  #cancel: () => void = () => {};

  constructor(clock: Clock, config: ConsumerConfig, steps: PrioritySteps) {
    this.#clock = clock;
    this.#config = config;
    this.#steps = steps;
  }

  configure(config: ConsumerConfig): void {
    this.#config = config;
  }

  /** What is wrong with a request. One with the right pin shows that its client is still there. `undefined`: it is of the old kind. */
  refusal(asked: PriorityRequest | undefined): readonly [code: number, text: string] | undefined {
    if (asked === undefined) return undefined;
    const { priority_policy: policy, priority_groups: groups = [] } = this.#config;
    const bad = (text: string) => [400, `Bad Request - ${text}`] as const;
    if ((asked.minPending !== 0 || asked.minAckPending !== 0) && policy !== "overflow")
      return bad("Not a Overflow Priority consumer");
    if (asked.id !== "" && policy !== "pinned_client")
      return bad("Not a Pinned Client Priority consumer");
    if (asked.priority < 0 || asked.priority > 9) return bad("Priority must be between 0 and 9");
    if (policy === undefined) return undefined;
    if (asked.group === "") return bad("Priority Group missing");
    if (!groups.includes(asked.group)) return bad("Invalid Priority Group");
    if (this.#pin === "" || asked.id === "") return undefined;
    if (asked.id !== this.#pin) return [423, "Nats-Pin-Id mismatch"];
    this.#hold(asked.group);
    return undefined;
  }

  /** Whether requests stand in line by their priority, not as they came. */
  get sorted(): boolean {
    return this.#config.priority_policy === "prioritized";
  }

  /** Whether a request may have to let others go first. */
  get choosy(): boolean {
    return this.#config.priority_policy !== undefined;
  }

  /** Whether the next message is for this request; it may be given the pin for that. */
  judge(asked: PriorityRequest | undefined): "served" | "passed over" | "wrong pin" {
    const policy = this.#config.priority_policy;
    if (policy === "overflow") return this.#overflows(asked) ? "served" : "passed over";
    if (policy !== "pinned_client") return "served";
    const id = asked?.id ?? "";
    if (this.#pin === "") {
      if (id !== "") return "wrong pin";
      if (asked !== undefined) this.#assign(asked);
      return "served";
    }
    if (id === this.#pin) return "served";
    return id === "" ? "passed over" : "wrong pin";
  }

  /** The pin that goes with each message; undefined where there are no pins. */
  get header(): string | undefined {
    return this.#config.priority_policy === "pinned_client" ? this.#pin : undefined;
  }

  /** Whoever was given the pin by the last `judge` cannot use it. */
  release(): void {
    this.#pin = "";
    this.#pinnedAt = undefined;
    this.#cancel();
  }

  /** Takes the pin from whoever has it. */
  unpin(group: string): void {
    this.release();
    this.#steps.unpinned(group, "admin");
    this.#steps.wake();
  }

  /** As CONSUMER.INFO shows it: the first group only, as in nats-server. */
  info(): { readonly priority_groups?: readonly object[] } {
    const [group] = this.#config.priority_groups ?? [];
    if (group === undefined) return {};
    const at = this.#pinnedAt;
    return {
      priority_groups: [
        {
          group,
          ...(this.#pin === "" ? {} : { pinned_client_id: this.#pin }),
          pinned_ts: at === undefined ? ZERO_TIME : new Date(at).toISOString(),
        },
      ],
    };
  }

  end(): void {
    this.#cancel();
  }

  /** With neither limit it takes what comes; with both, either is enough. The message at hand still counts as pending. */
  #overflows(asked: PriorityRequest | undefined): boolean {
    const { minPending = 0, minAckPending = 0 } = asked ?? {};
    if (minPending <= 0 && minAckPending <= 0) return true;
    return (
      (minPending > 0 && this.#steps.pending() + 1 >= minPending) ||
      (minAckPending > 0 && this.#steps.ackPending() >= minAckPending)
    );
  }

  #assign(asked: PriorityRequest): void {
    this.#pin = nuid();
    this.#pinnedAt = this.#clock.now();
    asked.id = this.#pin;
    this.#hold(asked.group);
    this.#steps.pinned(asked.group, this.#pin);
  }

  /** For so long a client may keep quiet. */
  #hold(group: string): void {
    this.#cancel();
    this.#cancel = this.#clock.after((this.#config.priority_timeout ?? 0) / 1e6, () => {
      this.release();
      this.#steps.unpinned(group, "timeout");
      this.#steps.wake();
    });
  }
}
