/** Messages taken one by one instead of being handed to a handler: `await consumer.getOne()`, `for await (const … of consumer)`. */
import type { Context } from "./context.ts";
import { DeclarationError, NackMessage } from "./errors.ts";
import type { SettleableMessage } from "./message.ts";

/** A message that was taken. */
export interface Taken<out Value, out Message, out Params = Readonly<Record<string, string>>> {
  /** What the schema made of the payload. */
  readonly value: Value;
  readonly message: Message;
  /** The values of the address' `{param}`s. */
  readonly params: Params;
}

/** A declared receive operation whose messages wait to be taken. */
export interface Consumer<
  out Value,
  out Message,
  out Params = Readonly<Record<string, string>>,
> extends AsyncIterable<Taken<Value, Message, Params>> {
  /** With prefix and `{param}`s. */
  readonly address: string;
  readonly group: string | undefined;
  /**
   * The next message; undefined when none came within `timeout` ms (default: waits until the consumer stops). It is
   * acknowledged as it is taken, but with `ack: "manual"`: then it is yours until you settle it.
   * @throws the signal's reason; {DeclarationError} before the app has started.
   */
  getOne(options?: {
    readonly timeout?: number;
    readonly signal?: AbortSignal;
  }): Promise<Taken<Value, Message, Params> | undefined>;
  /**
   * One message at a time. Asking for the next acknowledges the one before; leaving the loop by `break` or an error sends
   * the last one back, where the broker can, unless you settled it. Ends when the consumer stops.
   */
  [Symbol.asyncIterator](): AsyncIterator<Taken<Value, Message, Params>, undefined>;
  /** Starts a consumer that was declared after its broker had started, or that was stopped. */
  start(): Promise<void>;
  /** Takes no further messages; those nobody took go back. Loops over it end. */
  stop(): Promise<void>;
}

/** A message on offer: the handler ends when the taker has. */
interface Offer {
  readonly taken: Taken<unknown, Context["message"]>;
  done(): void;
  sendBack(): void;
}

type Taker = (offer: Offer | undefined) => void;

/** The untyped half of a consumer: its handler, and who waits for what it is given. */
export interface Intray {
  handler(value: unknown, context: Context): Promise<void>;
  getOne: Consumer<unknown, unknown>["getOne"];
  iterate(): AsyncIterator<Taken<unknown, unknown>, undefined>;
  /** The subscription begins. */
  open(): void;
  /** The subscription ends: what nobody took goes back, and nobody waits any longer. */
  close(): void;
}

/** `manual`: whoever takes a message settles it. */
export function createIntray(manual: boolean): Intray {
  const offers: Offer[] = [];
  const takers = new Set<Taker>();
  let open: boolean | undefined;

  function next(): void {
    for (const taker of takers) {
      const offer = offers.shift();
      if (offer === undefined) return;
      takers.delete(taker);
      taker(offer);
    }
  }

  async function take(timeout?: number, signal?: AbortSignal): Promise<Offer | undefined> {
    signal?.throwIfAborted();
    if (open === undefined)
      throw new DeclarationError(
        "this consumer has not been started: call `await app.start()` first",
      );
    let timer: NodeJS.Timeout | undefined;
    let forget = () => {};
    try {
      return await new Promise<Offer | undefined>((resolve, reject) => {
        const leave = () => void takers.delete(resolve);
        const abort = () => {
          leave();
          reject(signal?.reason as Error);
        };
        takers.add(resolve);
        next();
        if (!open && takers.has(resolve)) {
          leave();
          resolve(undefined);
        }
        if (timeout !== undefined)
          timer = setTimeout(() => {
            leave();
            resolve(undefined);
          }, timeout);
        signal?.addEventListener("abort", abort, { once: true });
        forget = () => signal?.removeEventListener("abort", abort);
      });
    } finally {
      clearTimeout(timer);
      forget();
    }
  }

  return {
    handler(value, context) {
      return new Promise((resolve, reject) => {
        const sendBack = () =>
          reject(new NackMessage("nobody took it before the consumer stopped"));
        if (!open) return sendBack();
        if (manual) watchSettling(context.message, resolve);
        offers.push({
          taken: { value, message: context.message, params: context.params },
          done: () => {
            if (!manual) resolve();
          },
          sendBack,
        });
        next();
      });
    },
    async getOne({ timeout, signal } = {}) {
      const offer = await take(timeout, signal);
      offer?.done();
      return offer?.taken;
    },
    iterate() {
      let last: Offer | undefined;
      return {
        async next() {
          last?.done();
          last = await take();
          return last === undefined
            ? { done: true, value: undefined }
            : { done: false, value: last.taken };
        },
        async return() {
          if (!manual) last?.sendBack();
          last = undefined;
          return { done: true, value: undefined };
        },
      };
    },
    open() {
      open = true;
    },
    close() {
      open = false;
      for (const offer of offers.splice(0)) offer.sendBack();
      for (const taker of takers) taker(undefined);
      takers.clear();
    },
  };
}

/** Calls back when a message is settled; its functions are its own properties. */
function watchSettling(message: Context["message"], settled: () => void): void {
  const { ack, nack, reject } = message as SettleableMessage;
  // At most once there is nothing to wait for.
  if (ack === undefined) return settled();
  const watched =
    <Args extends unknown[]>(settle: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      await settle(...args);
      settled();
    };
  Object.assign(message, { ack: watched(ack), nack: watched(nack), reject: watched(reject) });
}
