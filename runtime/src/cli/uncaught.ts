/** What is thrown where nobody catches it. */
import { deferred } from "./deferred.ts";

export interface Uncaught {
  /** Resolves with the first error. */
  readonly first: Promise<{ readonly error: unknown }>;
  count(): number;
  /** Tells of each, those of before included. */
  report(tell: (error: unknown) => void): void;
}

/** What is thrown outside of handlers ends the service, but messages in hand are still settled. */
export function catchUncaught(): Uncaught {
  const { promise: first, resolve } = deferred<{ error: unknown }>();
  const errors: unknown[] = [];
  let tell: (error: unknown) => void = () => undefined;
  const catchIt = (error: unknown) => {
    errors.push(error);
    resolve({ error });
    tell(error);
  };
  process.on("uncaughtException", catchIt);
  process.on("unhandledRejection", catchIt);
  return {
    first,
    count: () => errors.length,
    report(teller) {
      tell = teller;
      errors.forEach(teller);
    },
  };
}
