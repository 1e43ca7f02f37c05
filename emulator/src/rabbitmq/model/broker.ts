/** The whole broker: its virtual hosts, its users, who is connected. */
import type { EmulatorTls } from "../../emulator.ts";
import type { ProtocolContext } from "../../protocol.ts";
import { type RestorableBroker, restoreBroker, snapshotBroker } from "./broker-snapshot.ts";
import type { Broker, ConnectionView } from "./contract.ts";
import { Users } from "./users.ts";
import { Vhost } from "./vhost.ts";

/** What the server does by itself it does in this name. */
const INTERNAL_USER = "rmq-internal";
const NODE = "rabbit@millrace";

export function createBroker(context: ProtocolContext): Broker {
  return new LocalBroker(context);
}

class LocalBroker implements Broker, RestorableBroker {
  readonly clock: Broker["clock"];
  readonly journal: Broker["journal"];
  readonly users: Users;
  readonly vhosts = new Map<string, Vhost>();
  readonly connections = new Set<ConnectionView>();
  readonly node: string = NODE;
  clusterName: string = NODE;
  readonly startedAt: number;
  readonly tls: EmulatorTls | null;
  readonly alarm: Alarm = new Alarm();
  readonly #log: (text: string) => void;

  constructor(context: ProtocolContext) {
    this.clock = context.clock;
    this.journal = context.journal;
    this.tls = context.tls ?? null;
    this.users = new Users(context.auth, (name) =>
      this.#endConnections(({ user }) => user === name, `user '${name}' is deleted`),
    );
    this.startedAt = context.clock.now();
    this.#log = (text) => context.log(text);
    this.createVhost("/");
  }

  /** The one that is there, where there is one. */
  createVhost(name: string, creator: string = INTERNAL_USER): Vhost {
    const existing = this.vhosts.get(name);
    if (existing !== undefined) return existing;
    const vhost = new Vhost(name, creator, this);
    this.vhosts.set(name, vhost);
    return vhost;
  }

  deleteVhost(name: string): void {
    const vhost = this.vhosts.get(name);
    if (vhost === undefined) return;
    this.vhosts.delete(name);
    this.users.permissions.forgetVhost(name);
    this.#endConnections(({ vhost: used }) => used === name, `vhost '${name}' is deleted`);
    vhost.close();
  }

  trialVhost(): Vhost {
    return new Vhost("", INTERNAL_USER, this);
  }

  snapshot(): unknown {
    return snapshotBroker(this);
  }

  restore(snapshot: unknown, time: number): void {
    restoreBroker(this, snapshot, time);
  }

  log(text: string): void {
    this.#log(text);
  }

  close(): void {
    for (const vhost of this.vhosts.values()) vhost.close();
    this.vhosts.clear();
  }

  #endConnections(which: (connection: ConnectionView) => boolean, reason: string): void {
    for (const connection of [...this.connections].filter(which)) connection.close(reason);
  }
}

class Alarm {
  readonly #listeners = new Set<() => void>();
  #reason: string | null = null;

  get reason(): string | null {
    return this.#reason;
  }

  set(reason: string | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
