/** What goes to one client's subscriptions: through the faults, into the journal, and no faster than the client reads. */
import { SLOW_CONSUMER } from "../../outbound.ts";
import type { Connection } from "../../protocol.ts";
import type { Message, Subscription } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import { encodeMessage, writeMessage } from "../wire/encode.ts";
import type { Ledger } from "./ledger.ts";
import type { Line } from "./line.ts";

export class Deliveries {
  readonly #connection: Connection;
  readonly #server: Server;
  readonly #line: Line;
  readonly #ledger: Ledger;

  constructor(connection: Connection, server: Server, line: Line, ledger: Ledger) {
    this.#connection = connection;
    this.#server = server;
    this.#line = line;
    this.#ledger = ledger;
  }

  send(message: Message, subscription: Subscription, takesHeaders: boolean): void {
    const { sid } = subscription;
    const { outbound } = this.#line;
    const ledger = this.#ledger;
    ledger.sent(message);
    const fault = ledger.fault("deliver", message.delivery?.subject ?? message.subject);
    // Nearly always, and then without an object or a function made for the one message.
    if (fault === null && outbound.isFree) {
      if (outbound.keepsUp(writeMessage(this.#connection, message, sid, takesHeaders)))
        return ledger.delivered(message, subscription, false);
      ledger.lost(message, SLOW_CONSUMER, subscription);
      return this.#cut();
    }
    outbound.deliver(encodeMessage(message, sid, takesHeaders), fault, {
      sent: (twice) => ledger.delivered(message, subscription, twice),
      lost: (reason) => ledger.lost(message, reason, subscription),
      cut: () => this.#cut(),
    });
  }

  #cut(): void {
    this.#server.slowConsumers++;
    this.#line.cut("Slow Consumer (Pending Bytes)");
  }
}
