/** A broker in this process: for trying things out, and the reference that the others are compared with. */
import { SUBJECTS, TOPICS } from "../address.ts";
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { MemorySpace } from "./driver.ts";
import type { MemoryBrokerOptions, MemoryKind, MemorySubscriberOptions } from "./options.ts";

/** Addresses as NATS writes them. */
export const memory: BrokerKind = {
  protocol: "memory",
  dialect: SUBJECTS,
  redelivers: ({ options }) => (options as MemorySubscriberOptions).delivery !== "at-most-once",
  headers: true,
  routing: {
    matches: ({ address, channel }, message) =>
      channel?.type === message.channel?.type && address.match(message.address) !== null,
    groupOf: ({ address, channel, options }) =>
      channel === undefined ? (options as { group?: string }).group : address.template,
  },
};

/** Routes messages in process; nothing leaves it, nothing is kept. */
export class MemoryBroker extends Broker<MemoryKind> {
  constructor(options: MemoryBrokerOptions = {}) {
    const kind = options.addresses === "mqtt" ? { ...memory, dialect: TOPICS } : memory;
    super(kind, (options.space ?? new MemorySpace()).connect(kind));
  }
}

/** Declarations to be included in a {@link MemoryBroker}. */
export class MemoryRouter extends Router<MemoryKind> {
  constructor(options: { /** Before each address: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(memory, options));
  }
}
