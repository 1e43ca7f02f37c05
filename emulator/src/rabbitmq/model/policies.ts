/**
 * Policies: arguments for the queues and exchanges whose names match, without declaring them anew. Of several that match
 * the one with the highest priority applies, alone; on top of it one operator policy.
 * https://www.rabbitmq.com/docs/parameters#policies
 */
import type { QueueType } from "./contract.ts";
import { erlangTerm } from "./erlang-term.ts";
import { regularExpression } from "./patterns.ts";
import { checkDefinition, InvalidPolicy, NOT_FOR } from "./policy-keys.ts";

/** As the management API has it. */
export interface Policy {
  readonly name: string;
  readonly pattern: string;
  readonly applyTo: PolicyTarget;
  readonly definition: PolicyDefinition;
  readonly priority: number;
}

export type PolicyTarget = (typeof POLICY_TARGETS)[number];

/** Strings, numbers and booleans, as JSON gives them. */
export type PolicyDefinition = Readonly<Record<string, unknown>>;

export type PolicyKind = "policy" | "operator_policy";

export const POLICY_TARGETS = ["all", "queues", "exchanges"] as const;

/** What applies to one queue or exchange. */
export interface AppliedPolicy {
  readonly policy: Policy | null;
  readonly operatorPolicy: Policy | null;
  /** Both together: of two numbers the smaller. */
  readonly definition: PolicyDefinition;
}

/** Those of one virtual host. */
export class Policies {
  readonly #changed: () => void;
  readonly #held: Readonly<Record<PolicyKind, Map<string, Held>>> = {
    policy: new Map(),
    operator_policy: new Map(),
  };

  /** `changed` is called when other policies may apply. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#held.policy.size + this.#held.operator_policy.size;
  }

  /** @throws {InvalidPolicy} */
  set(kind: PolicyKind, policy: Policy): void {
    checkDefinition(kind, policy.definition);
    this.#held[kind].set(policy.name, { policy, expression: readPattern(policy) });
    this.#changed();
  }

  delete(kind: PolicyKind, name: string): boolean {
    const found = this.#held[kind].delete(name);
    if (found) this.#changed();
    return found;
  }

  list(kind: PolicyKind): readonly Policy[] {
    return [...this.#held[kind].values()].map(({ policy }) => policy);
  }

  ofQueue(name: string, type: QueueType): AppliedPolicy {
    return this.#applied("queues", name, NOT_FOR[type]);
  }

  ofExchange(name: string): AppliedPolicy {
    return this.#applied("exchanges", name, []);
  }

  #applied(target: PolicyTarget, name: string, notFor: readonly string[]): AppliedPolicy {
    if (this.size === 0) return NONE;
    const policy = this.#match("policy", target, name, notFor);
    const operatorPolicy = this.#match("operator_policy", target, name, notFor);
    return { policy, operatorPolicy, definition: merge(policy, operatorPolicy) };
  }

  #match(
    kind: PolicyKind,
    target: PolicyTarget,
    name: string,
    notFor: readonly string[],
  ): Policy | null {
    let best: Policy | null = null;
    for (const { policy, expression } of this.#held[kind].values()) {
      if (policy.applyTo !== "all" && policy.applyTo !== target) continue;
      if (best !== null && policy.priority <= best.priority) continue;
      // One word that the type does not know, and the whole policy does not apply.
      if (notFor.some((key) => Object.hasOwn(policy.definition, key))) continue;
      if (expression.test(name)) best = policy;
    }
    return best;
  }
}

interface Held {
  readonly policy: Policy;
  readonly expression: RegExp;
}

const NONE: AppliedPolicy = { policy: null, operatorPolicy: null, definition: {} };

function readPattern({ pattern }: Policy): RegExp {
  try {
    return regularExpression(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // PCRE would word the reason in its own way.
    throw new InvalidPolicy(
      `pattern should be regular expression but is invalid: ${erlangTerm(reason)}`,
      { cause: error },
    );
  }
}

function merge(policy: Policy | null, operatorPolicy: Policy | null): PolicyDefinition {
  const merged: Record<string, unknown> = { ...policy?.definition };
  for (const [key, limit] of Object.entries(operatorPolicy?.definition ?? {})) {
    const own = merged[key];
    merged[key] =
      typeof own === "number" && typeof limit === "number" ? Math.min(own, limit) : limit;
  }
  return merged;
}
