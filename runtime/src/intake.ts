/** Between a client that hands over messages as they come and handlers that take `concurrency` at a time, in order. */
export interface Intake<Message> {
  /** How many wait. */
  readonly waiting: number;
  /** Takes a message: it goes to the handler now, or when one is free. */
  push(message: Message): void;
  /** Takes no further messages. Those that wait are handled where `handle` says so, else left. Resolves when all handlers have settled. */
  drain(handle: (message: Message) => boolean): Promise<void>;
}

/** `deliver` never rejects: the core settles every message (see `SubscribeRequest.deliver`). */
export function createIntake<Message>(
  concurrency: number,
  deliver: (message: Message) => Promise<void>,
): Intake<Message> {
  let waiting: Message[] = [];
  let first = 0;
  let active = 0;
  let open = true;
  let drained: (() => void) | undefined;

  function next(): void {
    while (active < concurrency && first < waiting.length) {
      const message = waiting[first] as Message;
      first++;
      // The array is cut seldom, so that a long queue costs nothing per message.
      if (first > 1024 && first * 2 > waiting.length) {
        waiting.splice(0, first);
        first = 0;
      }
      active++;
      void run(message);
    }
    if (active === 0 && first === waiting.length) drained?.();
  }

  async function run(message: Message): Promise<void> {
    try {
      await deliver(message);
    } finally {
      active--;
      next();
    }
  }

  return {
    get waiting() {
      return waiting.length - first;
    },
    push(message) {
      if (!open) return;
      waiting.push(message);
      next();
    },
    drain(handle) {
      open = false;
      waiting = waiting.slice(first).filter((message) => handle(message));
      first = 0;
      return new Promise((resolve) => {
        drained = resolve;
        next();
      });
    },
  };
}
