/** Dependencies of one message: built in the order they were declared, disposed in the opposite one. */
import type { Provider } from "./scope.ts";

export interface Provided {
  dispose(): Promise<void>;
}

/** Adds each dependency to the context, where the next ones see it. Disposes what was built when one fails. */
export async function buildProvided(
  providers: readonly (readonly [string, Provider])[],
  message: unknown,
  context: object,
): Promise<Provided> {
  const stack = new AsyncDisposableStackLike();
  try {
    for (const [name, provider] of providers) {
      const value = await provider(message, context as never);
      stack.use(value);
      Object.defineProperty(context, name, { value, enumerable: true, configurable: true });
    }
  } catch (error) {
    await stack.dispose();
    throw error;
  }
  return stack;
}

/** What AsyncDisposableStack does for this one use; Node 20 has none. */
class AsyncDisposableStackLike implements Provided {
  readonly #disposers: (() => unknown)[] = [];

  use(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const own = value as Partial<AsyncDisposable & Disposable>;
    if (typeof own[Symbol.asyncDispose] === "function")
      this.#disposers.push(() => own[Symbol.asyncDispose]?.());
    else if (typeof own[Symbol.dispose] === "function")
      this.#disposers.push(() => own[Symbol.dispose]?.());
  }

  async dispose(): Promise<void> {
    for (const dispose of this.#disposers.toReversed()) await dispose();
  }
}
