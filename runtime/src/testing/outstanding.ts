/**
 * What a test waits for. Each message of a test carries its id; a publish counts one for each matching started
 * subscriber, one for a group; a settle takes it off.
 */
import type { Connection } from "../connection.ts";
import type { Incoming, Outgoing } from "../driver.ts";
import { DeadlineError } from "../errors.ts";
import { routingOf, type Declaration } from "../scope.ts";
import { TEST_HEADER } from "./header.ts";

interface Expected {
  readonly test: string;
  readonly connection: Connection;
  /** One of these will receive it. */
  readonly by: ReadonlySet<Declaration>;
  readonly message: Outgoing;
}

export class Outstanding {
  readonly #expected = new Set<Expected>();
  readonly #errors = new Map<string, unknown>();
  readonly #waiting = new Map<string, () => void>();

  /** Counts a message on its way. Returns how to take it back when the broker did not take it. */
  add(connections: readonly Connection[], message: Outgoing): () => void {
    const test = message.headers[TEST_HEADER];
    if (test === undefined) return () => {};
    const added: Expected[] = [];
    for (const connection of connections) {
      const routing = routingOf(connection.kind);
      const matching = [...connection.active.keys()].filter((each) =>
        routing.matches(each.scope.subscribable(each), message),
      );
      const groups = new Map<unknown, Set<Declaration>>();
      for (const declaration of matching) {
        const key = routing.groupOf(declaration.scope.subscribable(declaration)) ?? declaration;
        groups.set(key, (groups.get(key) ?? new Set()).add(declaration));
      }
      for (const by of groups.values()) added.push({ test, connection, by, message });
    }
    for (const expected of added) this.#expected.add(expected);
    return () => {
      for (const expected of added) this.#remove(expected);
    };
  }

  /** The test that a received message belongs to: by its header, else by what it is, where the broker carries no headers. */
  testIdOf(declaration: Declaration, incoming: Incoming): string | undefined {
    return incoming.headers[TEST_HEADER] ?? this.#find(declaration, incoming)?.test;
  }

  settle(declaration: Declaration, incoming: Incoming, error: unknown): void {
    const found = this.#find(declaration, incoming);
    if (found === undefined) return;
    if (error !== undefined && !this.#errors.has(found.test)) this.#errors.set(found.test, error);
    this.#remove(found);
  }

  /** Resolves when nothing of the test is outstanding; rejects with the first handler's error, or names what is left. */
  async wait(test: string, timeout: number): Promise<void> {
    if (this.#of(test).length > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(
          () =>
            reject(new DeadlineError(`not settled after ${timeout} ms: ${this.#describe(test)}`)),
          timeout,
        );
        this.#waiting.set(test, resolve);
      }).finally(() => {
        clearTimeout(timer);
        this.#waiting.delete(test);
      });
    }
    if (!this.#errors.has(test)) return;
    const error = this.#errors.get(test);
    this.#errors.delete(test);
    throw error;
  }

  #find(declaration: Declaration, incoming: Incoming): Expected | undefined {
    const test = incoming.headers[TEST_HEADER];
    return [...this.#expected].find(
      (expected) =>
        expected.by.has(declaration) &&
        expected.message.address === incoming.address &&
        (test === undefined
          ? Buffer.from(expected.message.payload).equals(incoming.payload)
          : expected.test === test),
    );
  }

  #remove(expected: Expected): void {
    this.#expected.delete(expected);
    if (this.#of(expected.test).length === 0) this.#waiting.get(expected.test)?.();
  }

  #of(test: string): Expected[] {
    return [...this.#expected].filter((expected) => expected.test === test);
  }

  #describe(test: string): string {
    return this.#of(test)
      .map(({ by, message, connection }) => {
        const [first] = by;
        const group =
          first === undefined
            ? undefined
            : routingOf(connection.kind).groupOf(first.scope.subscribable(first));
        return `"${message.address}" at the subscriber of "${first?.scope.address(first.on).template}"${group === undefined ? "" : ` (group ${group})`}`;
      })
      .join(", ");
  }
}
