/** NATS core: subjects, wildcards, queue groups, requests. At most once. */
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { connectNats } from "./driver.ts";
import type { NatsKind, NatsOptions } from "./options.ts";

/** Subjects: https://docs.nats.io/nats-concepts/subjects */
const nats: BrokerKind = {
  protocol: "nats",
  dialect: { separator: ".", one: "*", rest: ">", restMatchesParent: false },
  redelivers: () => false,
  headers: true,
};

/** A NATS server or cluster. Connects when its app starts. */
export class NatsBroker extends Broker<NatsKind> {
  constructor(options: NatsOptions = {}) {
    super(nats, (context) =>
      connectNats({
        ...options,
        url:
          context.url ?? options.url ?? process.env["MILLRACE_NATS_URL"] ?? "nats://localhost:4222",
      })(context),
    );
  }
}

/** Declarations to be included in a {@link NatsBroker}. */
export class NatsRouter extends Router<NatsKind> {
  constructor(options: { /** Before each subject: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(nats, options));
  }
}
