/** A broker: the root of its declarations, and the connection they run on. */
import type { BrokerKind, Connect } from "./driver.ts";
import type { KindTypes } from "./kind.ts";
import { Connection } from "./connection.ts";
import { Router } from "./router.ts";
import { Scope, scopeOf } from "./scope.ts";

/** The part that all brokers share. Make one of its kinds: `new NatsBroker()`, `new MqttBroker()`. */
export class Broker<Kind extends KindTypes, Provided extends object = object> extends Router<
  Kind,
  Provided
> {
  /** The kinds of broker call it. */
  constructor(kind: BrokerKind, connect: Connect) {
    const scope = new Scope(kind);
    super(scope);
    scope.connection = new Connection(kind, scope, connect);
  }

  /** `nats`, `mqtt` … */
  get protocol(): BrokerKind["protocol"] {
    return scopeOf(this).kind.protocol;
  }
}

/** A broker of any kind, its types forgotten. */
// oxlint-disable-next-line typescript/no-explicit-any -- a broker is invariant in its kind
export type AnyBroker = Broker<any, any>;

/** A broker's connection, for the app and for tests. */
export function connectionOf(broker: AnyBroker): Connection {
  const { connection } = scopeOf(broker);
  if (connection === undefined) throw new TypeError("not a broker");
  return connection;
}
