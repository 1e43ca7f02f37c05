/** The server's state: databases, clients, and what waits. It never heard of sockets. */
import { randomBytes } from "node:crypto";
import { Deadlines } from "../../deadlines.ts";
import type { ProtocolContext } from "../../protocol.ts";
import type { Bytes } from "../values.ts";
import { Acl } from "./acl.ts";
import { Broadcast } from "./broadcast.ts";
import type { Client } from "./client.ts";
import { Config } from "./config.ts";
import { Eviction } from "./eviction.ts";
import { Following } from "./following.ts";
import { type Entry, type Expiring, Keyspace, type KeyspaceEvents } from "./keyspace.ts";
import { Messages } from "./messages.ts";
import { Notifications } from "./notifications.ts";
import { Observers } from "./observers.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pubsub.ts";
import { Stats } from "./stats.ts";
import { Tracking } from "./tracking.ts";
import { Walks } from "./walks.ts";
import { Waiting } from "./waiting.ts";
import { Watching } from "./watching.ts";

/** As redis.conf's `databases`. */
const DATABASES = 16;

/** Where both are set, so many replicas must be up to date. */
const REPLICAS_ASKED = ["min-replicas-to-write", "min-replicas-max-lag"];

export class Redis {
  readonly context: ProtocolContext;
  readonly keyspaces: readonly Keyspace[];
  readonly clients: Map<number, Client> = new Map();
  readonly waiting: Waiting;
  readonly messages: Messages;
  readonly watching: Watching = new Watching();
  readonly walks: Walks = new Walks();
  readonly notifications: Notifications;
  readonly config: Config = new Config();
  readonly acl: Acl;
  readonly pubsub: PubSub = new PubSub();
  readonly broadcast: Broadcast;
  readonly tracking: Tracking = new Tracking((id) => this.clients.get(id));
  readonly stats: Stats = new Stats();
  readonly observers: Observers;
  readonly pause: Pause;
  readonly eviction: Eviction;
  readonly started: number;
  /** 40 hex digits that tell one run of the server from another. */
  readonly runId: string = randomBytes(20).toString("hex");
  /** When SAVE was last called, ms since 1970. Nothing is written. */
  saved: number;
  /** Whether the command that runs only reads: what it looks for counts as found or missed. */
  reading = false;
  /** A key is evicted, before the command that needs the room: who is told of it is told before its answer. */
  evicting = false;
  readonly following: Following = new Following(this.config);
  /** min-replicas-to-write asks for replicas, and there are none: nothing is written. */
  lacksReplicas = false;
  /** Scripts may also call what is not for scripts: DEBUG SET-DISABLE-DENY-SCRIPTS. */
  scriptsCallAll = false;
  #expiresActively = true;
  /** Keys that stay although their time is over: in a pause, or as nothing goes by itself. */
  readonly #kept: Set<Entry> = new Set();
  /** Whose command runs. */
  acting: Client | null = null;
  /** The moment of the command, the transaction or the script that runs: for all of it the same. */
  #moment: number | null = null;
  /** While commands follow each other at once: when the last one ended. */
  #lastEnd: number | null = null;
  #follow = false;

  constructor(context: ProtocolContext) {
    this.context = context;
    this.started = context.clock.now();
    this.saved = this.started;
    this.waiting = new Waiting(context.clock);
    this.messages = new Messages(context.journal);
    this.acl = new Acl(context.auth);
    this.broadcast = new Broadcast(context, this.pubsub);
    this.notifications = new Notifications((channel, message) =>
      this.broadcast.notify(channel, message),
    );
    this.observers = new Observers(this.config);
    this.pause = new Pause(context.clock, () => this.#expireKept());
    this.config.onChange("notify-keyspace-events", (classes) => this.notifications.choose(classes));
    this.config.onChange("requirepass", (password) => this.acl.require(password));
    this.config.onChange("tracking-table-max-keys", (max) => this.tracking.limit(Number(max)));
    this.config.onChange("acllog-max-len", (max) => (this.acl.log.max = Number(max)));
    const deadlines = {
      keys: new Deadlines<Entry>(context.clock, (entry) => {
        if (this.#expiresActively) this.atOnce(() => entry.keyspace.expire(entry));
        else this.#kept.add(entry);
      }),
      inner: new Deadlines<Expiring>(context.clock, (part) => part.expire()),
    };
    const events: KeyspaceEvents = {
      changed: (keyspace, key) => {
        this.stats.changes++;
        this.eviction.used.changed(keyspace, key);
        this.watching.changed(keyspace, key);
        this.waiting.changed(keyspace, key);
        this.tracking.changed(key, this.acting);
      },
      emptied: (keyspace, replacement) => {
        this.eviction.used.recount();
        this.watching.emptied(keyspace, replacement);
        this.waiting.replaced(keyspace);
        for (const entry of this.#kept) if (entry.keyspace === keyspace) this.#kept.delete(entry);
      },
      notify: (type, event, keyspace, key) => {
        if (type === "x") this.stats.expired++;
        this.notifications.notify(type, event, keyspace, key);
      },
      ready: (keyspace, key) => this.waiting.ready(keyspace, key),
      looked: (keyspace, key, found) => this.#looked(keyspace, key, found),
      keepsExpired: (entry) => {
        if (this.pause.active) this.#kept.add(entry);
        else this.#kept.delete(entry);
        return this.pause.active;
      },
      countsAsUse: () =>
        this.acting?.keepsOut.touch !== true || this.acting.lastCommand === "touch",
      now: () => this.now,
    };
    this.keyspaces = Array.from(
      { length: DATABASES },
      (_, index) => new Keyspace(index, deadlines, events),
    );
    this.eviction = new Eviction(this.config, this.keyspaces, ({ keyspace, key }) => {
      keyspace.remove(key);
      this.stats.evicted++;
      this.evicting = true;
      events.changed(keyspace, key);
      this.evicting = false;
      events.notify("e", "evicted", keyspace, key);
    });
    for (const name of REPLICAS_ASKED)
      this.config.onChange(name, () => {
        this.lacksReplicas = REPLICAS_ASKED.every((each) => this.config.number(each) > 0);
      });
    this.config.onChange("maxmemory", (bytes) => {
      this.eviction.limit(Number(bytes));
      this.eviction.isShort();
    });
  }

  /** ms since 1970. */
  get now(): number {
    return this.#moment ?? this.context.clock.now();
  }

  /** Runs something in one moment, then serves whoever waited for what it did. */
  atOnce<Result>(action: () => Result): Result {
    const outermost = this.enter();
    try {
      return action();
    } finally {
      if (outermost) this.leave();
    }
  }

  /** Begins a moment, unless one has begun: then false. */
  enter(): boolean {
    if (this.#moment !== null) return false;
    this.#moment = this.#lastEnd ?? this.context.clock.now();
    return true;
  }

  /** From now on each command begins when the one before has ended: so the clock is asked once for each. */
  follow(): void {
    this.#follow = true;
  }

  rest(): void {
    this.#follow = false;
    this.#lastEnd = null;
  }

  /** Returns when: now. */
  commandEnded(): number {
    const now = this.context.clock.now();
    if (this.#follow) this.#lastEnd = now;
    return now;
  }

  /** Ends the moment. Who waits is served after it: by then a key's time may be over. */
  leave(): void {
    try {
      this.#moment = this.#lastEnd ?? this.context.clock.now();
      this.waiting.serve();
      this.tracking.flush();
    } finally {
      this.#moment = null;
    }
  }

  /** Databases were emptied by a command. */
  flushed(): void {
    this.tracking.emptied();
  }

  /** The port that clients come to. */
  get port(): number {
    return this.config.number("port");
  }

  join(client: Client): void {
    this.stats.connections++;
    this.clients.set(client.id, client);
  }

  /** A client is gone: nothing waits for it, and nobody tells it anything. */
  forget(client: Client): void {
    this.clients.delete(client.id);
    this.waiting.forget(client);
    this.release(client);
  }

  /** The client has nothing any more that holds it: RESET. */
  release(client: Client): void {
    this.discard(client);
    this.pubsub.forget(client);
    this.tracking.end(client);
    this.observers.monitors.delete(client);
    client.monitors = false;
  }

  /** Ends a client's transaction without running it. */
  discard(client: Client): void {
    client.transaction = null;
    this.watching.forget(client);
  }

  /** Otherwise a key whose time is over stays until somebody looks for it. */
  expireActively(on: boolean): void {
    this.#expiresActively = on;
    this.#expireKept();
  }

  #expireKept(): void {
    if (!this.#expiresActively) return;
    const kept = [...this.#kept];
    this.#kept.clear();
    for (const entry of kept) this.atOnce(() => entry.keyspace.expire(entry));
  }

  #looked(keyspace: Keyspace, key: Bytes, found: boolean): void {
    if (!this.reading) return;
    if (found) this.stats.hits++;
    else {
      this.stats.misses++;
      this.notifications.notify("m", "keymiss", keyspace, key);
    }
  }

  /** The database that a client has selected. */
  keyspaceOf(client: Client): Keyspace {
    const keyspace = this.keyspaces[client.database];
    if (keyspace === undefined) throw new Error(`no database ${client.database}`);
    return keyspace;
  }
}
