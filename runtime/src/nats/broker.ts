/** Core NATS: subjects, wildcards, queue groups, requests. At most once. */
import { SUBJECTS } from "../address.ts";
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { connectNats } from "./driver.ts";
import type { NatsKind, NatsOptions } from "./options.ts";

export const nats: BrokerKind = {
  protocol: "nats",
  dialect: SUBJECTS,
  redelivers: () => false,
  headers: true,
};

/** A connection to NATS. */
export class NatsBroker extends Broker<NatsKind> {
  constructor(options: NatsOptions = {}) {
    super(
      nats,
      connectNats(
        options,
        () => options.url ?? process.env["MILLRACE_NATS_URL"] ?? "nats://localhost:4222",
      ),
    );
  }
}

/** Declarations to be included in a {@link NatsBroker}. */
export class NatsRouter extends Router<NatsKind> {
  constructor(options: { /** Before each address: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(nats, options));
  }
}
