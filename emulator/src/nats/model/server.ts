/** What all sessions of one server share: its accounts, its clients, what it says of itself. */
import { randomBytes } from "node:crypto";
import type { JetStream, JetStreamOptions, Surroundings } from "../jetstream/contract.ts";
import type { ProtocolContext } from "../../protocol.ts";
import { Account, GLOBAL_ACCOUNT } from "./account.ts";
import type { Client, ClosedClient, Traffic } from "./client.ts";
import { mapping, type Mapping } from "./mappings.ts";
import type { AccountOptions, MappingOptions, NatsOptions } from "./options.ts";
import { surroundingsOf } from "./surroundings.ts";

/** The nats-server release whose behaviour this claims to have: clients choose what they use by it. */
export const CLAIMED_VERSION = "2.10.27";
/** How many clients that have gone are remembered. */
const MAX_CLOSED = 1000;

/** What lives in the accounts beside clients. */
export interface Parts {
  openJetStream(surroundings: Surroundings, options: JetStreamOptions): JetStream;
  /** Called once for each account. */
  furnish(account: Account, server: Server): void;
  /** A client was let in, or has gone. */
  announce(kind: "CONNECT" | "DISCONNECT", client: Client, server: Server): void;
}

/** A log. `trace` only where every command is wanted. */
interface Observer {
  debug(client: Client, text: string): void;
  trace?(client: Client, text: string): void;
}

interface Ports {
  readonly nats: number;
  readonly monitoring: number;
  readonly websocket: number;
}

export class Server {
  readonly id: string = serverId();
  readonly context: ProtocolContext;
  readonly started: number;
  readonly clients: Map<number, Client> = new Map();
  readonly accounts: Map<string, Account> = new Map();
  readonly closed: ClosedClient[] = [];
  readonly traffic: Traffic = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  /** Hears what clients do, where a log wants to know. */
  observer?: Observer;
  /** Where it listens, 0 where that is not known. */
  ports: Ports = { nats: 0, monitoring: 0, websocket: 0 };
  totalConnections = 0;
  /** How many messages the server itself has sent. */
  systemMessages = 0;
  slowConsumers = 0;
  loaded: number;
  #options: NatsOptions;
  readonly #parts: Parts;
  #lameDuck = false;

  /** @throws where accounts do not fit each other. */
  constructor(context: ProtocolContext, options: NatsOptions, parts: Parts) {
    this.context = context;
    this.started = this.loaded = context.clock.now();
    this.#options = options;
    this.#parts = parts;
    this.#setUp(options);
  }

  get options(): NatsOptions {
    return this.#options;
  }

  get lameDuck(): boolean {
    return this.#lameDuck;
  }

  get systemAccount(): Account {
    return this.account(this.#options.auth.systemAccount);
  }

  /** The account of this name, made where there is none yet. */
  account(name: string): Account {
    let account = this.accounts.get(name);
    if (account === undefined) {
      account = new Account(name);
      this.accounts.set(name, account);
      this.#parts.furnish(account, this);
    }
    return account;
  }

  /** What INFO says to every client. */
  info(): object {
    const { serverName, host, maxPayload, jetstream, clusterName, tls } = this.#options;
    return {
      server_id: this.id,
      server_name: serverName,
      version: CLAIMED_VERSION,
      proto: 1,
      go: `node ${process.version}`,
      host,
      headers: true,
      max_payload: maxPayload,
      ...(jetstream === null ? {} : { jetstream: true }),
      ...(tls === undefined
        ? {}
        : tls.required
          ? { tls_required: true, ...(tls.verify ? { tls_verify: true } : {}) }
          : { tls_available: true }),
      ...(clusterName === undefined ? {} : { cluster: clusterName }),
      ...(jetstream?.domain === undefined ? {} : { domain: jetstream.domain }),
      ...(this.#lameDuck ? { ldm: true } : {}),
    };
  }

  /** Takes changed options. What is connected must still be let in. @throws as the constructor, and then nothing has changed but accounts' imports. */
  reload(options: NatsOptions): void {
    this.#setUp(options);
    const told = options.maxPayload !== this.#options.maxPayload;
    this.#options = options;
    this.loaded = this.context.clock.now();
    for (const client of Array.from(this.clients.values())) {
      client.checked();
      if (told) client.informed();
    }
  }

  joined(client: Client): void {
    this.clients.set(client.id, client);
    this.totalConnections++;
    this.observer?.debug(client, "Client connection created");
  }

  /** It has shown who it is. */
  admitted(client: Client): void {
    this.#parts.announce("CONNECT", client, this);
  }

  left(client: Client, reason: string): void {
    if (!this.clients.delete(client.id)) return;
    this.observer?.debug(client, `Client connection closed: ${reason}`);
    this.#parts.announce("DISCONNECT", client, this);
    // The session itself holds buffers: only what is asked for is kept.
    const { id, websocket, port, account, said, user, started, lastActive, roundTrip } = client;
    const { traffic, subscriptions } = client;
    this.closed.push({
      client: {
        id,
        websocket,
        port,
        account,
        said,
        user,
        started,
        lastActive,
        roundTrip,
        traffic,
        subscriptions,
      },
      reason,
      stopped: this.context.clock.now(),
    });
    if (this.closed.length > MAX_CLOSED) this.closed.shift();
  }

  /** Tells the clients to look for another server, then ends one after the other. Resolves when all are gone. */
  async enterLameDuck(): Promise<void> {
    const { lameDuckDuration, lameDuckGrace } = this.#options;
    this.#lameDuck = true;
    for (const client of this.clients.values()) client.informed();
    if (this.clients.size === 0) return;
    await this.#pause(lameDuckGrace);
    const left = Math.max(1000, lameDuckDuration - lameDuckGrace);
    const each = Math.min(1000, left / Math.max(1, this.clients.size));
    for (const client of Array.from(this.clients.values())) {
      client.leave("Server Shutdown");
      await this.#pause(each);
    }
  }

  async close(): Promise<void> {
    for (const { jetstream } of this.accounts.values()) await jetstream?.close();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.context.clock.after(ms, resolve));
  }

  #setUp(options: NatsOptions): void {
    const { auth, jetstream } = options;
    const global = auth.accounts.find(({ name }) => name === GLOBAL_ACCOUNT);
    this.account(GLOBAL_ACCOUNT).mappings = readMappings(global?.mappings ?? auth.mappings);
    this.account(auth.systemAccount);
    for (const account of this.accounts.values()) account.unlink();
    for (const given of auth.accounts) this.define(given);
    for (const given of auth.accounts) this.#link(given);
    if (jetstream === null) return;
    // Without accounts everybody is in the global one, and it has all there is; otherwise each account asks for its own.
    if (
      auth.accounts.length === 0 ||
      auth.accounts.every(({ name }) => name === auth.systemAccount)
    )
      this.#startJetStream(this.account(GLOBAL_ACCOUNT), jetstream);
    for (const given of auth.accounts)
      if (given.jetstream !== null)
        this.#startJetStream(this.account(given.name), { ...jetstream, ...given.jetstream });
  }

  /** Makes or changes an account; its imports come when all are there. */
  define(given: AccountOptions): Account {
    const account = this.account(given.name);
    account.exports = given.exports;
    account.limits = given.limits;
    account.mappings = readMappings(given.mappings);
    return account;
  }

  #link(given: AccountOptions): void {
    for (const wanted of given.imports) {
      const exporter = this.accounts.get(wanted.account);
      const reason =
        exporter === undefined
          ? `"${wanted.account}" account not defined for ${wanted.kind} import`
          : this.account(given.name).link(wanted, exporter);
      // A token's account does without an import that nobody gives it.
      if (reason !== undefined && this.#options.auth.operators.length === 0)
        throw new Error(`Error adding ${wanted.kind} import "${wanted.subject}": ${reason}`);
    }
  }

  #startJetStream(account: Account, options: NonNullable<NatsOptions["jetstream"]>): void {
    if (account.jetstream !== undefined) return;
    const { storeDir, ...rest } = options;
    account.jetstream = this.#parts.openJetStream(surroundingsOf(account, this.context), {
      ...rest,
      serverName: this.#options.serverName,
      ...(storeDir === undefined ? {} : { storeDir: `${storeDir}/jetstream/${account.name}` }),
    });
  }
}

function readMappings(given: readonly MappingOptions[]): Mapping[] {
  return given.map(({ from, destinations }) => {
    const made = mapping(from, destinations);
    if (made === undefined) throw new Error(`Error adding mapping for "${from}"`);
    return made;
  });
}

/** Looks like nats-server's: an nkey of a server, `N` and 55 letters of base 32. */
function serverId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return `N${[...randomBytes(55)].map((byte) => letters[byte % 32]).join("")}`;
}
