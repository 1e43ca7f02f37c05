/** How messages leave a consumer: pull-queue.ts gives them to who asked, push-subject.ts to who is subscribed. */

/** A message about to leave. */
export interface Outgoing {
  /** Bytes as nats-server counts them: subject, reply, headers and payload. */
  readonly size: number;
  /** Returns whether anybody took it. `pin`: the header that it gets then. */
  publish(subject: string, pin?: string): boolean;
}

export interface Outlet {
  /** Whether anybody waits for a message. */
  ready(): boolean;
  /** False where nobody took it; whoever waits on is not to have it yet. */
  send(outgoing: Outgoing): boolean;
  /** There is nothing to deliver for now; `drained`: because all is delivered, not because too much is pending. */
  idle(drained: boolean): void;
  /** A request for messages: its payload, and where they go. */
  request(payload: Uint8Array, reply: string): void;
  /** CONSUMER.INFO's num_waiting and push_bound. */
  info(): { readonly num_waiting: number; readonly push_bound?: true };
  /** When somebody last showed to be there, ms. */
  readonly lastActive: number;
  /** Whether the consumer is in use at this moment. */
  inUse(): boolean;
  end(reason: "Consumer Deleted" | "Stream Deleted" | "Server Shutdown"): void;
}

/** What an outlet knows of its consumer. */
export interface OutletSteps {
  /** There may be somebody to deliver to now. */
  wake(): void;
  /** Sequence numbers of the last delivery. */
  last(): { readonly consumer: number; readonly stream: number };
  /** How many messages there are to deliver, those to be delivered again included. */
  available(): number;
}
