/** One Redis connection: commands in, model, replies out. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import { Inbound } from "../../inbound.ts";
import { Outbound } from "../../outbound.ts";
import type { Connection, Session } from "../../protocol.ts";
import { execute, unblocked } from "../commands/execute.ts";
import { Client, type Delivery, type Line } from "../model/client.ts";
import { globMatches } from "../model/glob.ts";
import type { Redis } from "../model/redis.ts";
import {
  type Bytes,
  CUT,
  Failure,
  POSTPONED,
  Push,
  type Reply,
  Several,
  SILENCE,
  type Argv,
} from "../values.ts";
import { encode } from "../wire/replies.ts";
import { RequestReader, RequestTooLong, sizeOf } from "../wire/requests.ts";
import { connectingName, frameOf } from "./frames.ts";
import { recordLost } from "./lost-commands.ts";

/** How many bytes may wait for any client that reads slowly, whatever is configured: Redis itself has no such bound. */
const MAX_PENDING = 256 * 1024 * 1024;
/** Answers leave in pieces of about this length. */
const PIECE = 64 * 1024;
const NOTHING: Argv = [];

export class RedisSession implements Session, Line {
  readonly #redis: Redis;
  readonly #connection: Connection;
  readonly #inbound: Inbound<Argv>;
  readonly #outbound: Outbound;
  readonly #reader: RequestReader;
  readonly #client: Client;
  #ended = false;
  /** Whether its first command has been seen. */
  #greeted = false;
  /** Answers to what came in one piece leave in one piece. */
  #waiting = "";
  #gathering = false;
  /** Its command runs: what it is told meanwhile comes behind the answer. */
  #running = false;
  #current: Argv = NOTHING;
  /** The command that waits. */
  #blocking: Argv = NOTHING;
  readonly #behind: (() => void)[] = [];
  /** What waits for the end of a pause. */
  #postponed: Argv | null = null;

  constructor(redis: Redis, connection: Connection) {
    const { clock } = redis.context;
    this.#redis = redis;
    this.#connection = connection;
    this.#outbound = new Outbound(connection, clock, () => this.#mostPending());
    this.#client = new Client(
      {
        id: connection.id,
        created: clock.now(),
        journal: { connection: connection.id, name: "", port: connection.clientPort },
        serverPort: connection.serverPort,
        user: redis.acl.default,
      },
      this,
    );
    this.#reader = new RequestReader({
      bulk: () => redis.config.maxBulk,
      request: () => redis.config.maxRequest,
      authenticated: () => this.#client.authenticated || !redis.acl.asksPassword,
    });
    this.#inbound = new Inbound(connection, clock, {
      next: () => this.#postponed ?? this.#reader.next(),
      fault: (argv) => this.#fault(argv),
      run: (argv) => this.#run(argv),
      lose: (argv, fault) => this.#lose(argv, fault),
      refuse: (argv, fault) => {
        this.#lose(argv, fault);
        this.#send(new Failure(fault.effect.text ?? "ERR fault injected"));
      },
      cut: () => this.#cut(),
      failed: (error) => this.#failed(error),
    });
    redis.config.note("port", String(connection.serverPort));
    redis.join(this.#client);
    if (redis.clients.size > redis.config.number("maxclients"))
      this.#failed(new Failure("ERR max number of clients reached"));
  }

  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#reader.push(chunk);
    this.#redis.stats.bytesIn += chunk.length;
    this.#gathering = true;
    this.#redis.follow();
    try {
      this.#inbound.take();
    } finally {
      this.#redis.rest();
      this.#gathering = false;
      this.#flush();
    }
  }

  refuse(): void {
    this.close();
  }

  closed(): void {
    this.#ended = true;
    this.#inbound.end();
    this.#redis.forget(this.#client);
  }

  // ------------------------------------------------------------ from the model

  push(reply: Reply): void {
    if (this.#ended) return;
    // Its command runs now, or is the one that it was blocked with.
    const runs = this.#running || this.#redis.acting === this.#client;
    if (runs && !this.#redis.evicting) this.#behind.push(() => this.#send(reply));
    else this.#send(reply);
  }

  deliver(push: Push, channel: Bytes, steps: Delivery): void {
    if (this.#running) {
      this.#behind.push(() => this.deliver(push, channel, steps));
      return;
    }
    if (this.#ended) return steps.lost("the client is gone");
    this.#flush();
    const fault = this.#redis.context.faults.next({
      protocol: "redis",
      operation: "deliver",
      channel,
      client: this.#client.name,
      matches: globMatches,
    });
    const bytes = Buffer.from(encode(push, this.#client.version), "latin1");
    this.#redis.stats.bytesOut += bytes.length;
    this.#outbound.deliver(bytes, fault, {
      sent: (again) => steps.sent(again),
      lost: (reason) => steps.lost(reason),
      cut: () => this.#cut(),
    });
  }

  #mostPending(): number {
    const { output } = this.#redis.config;
    const limit = this.#client.subscribed ? output.pubsub : output.normal;
    return limit === 0 ? MAX_PENDING : Math.min(limit, MAX_PENDING);
  }

  get unread(): number {
    return this.#reader.pending + sizeOf(this.#current);
  }

  unblocked(answer: Reply): void {
    unblocked(this.#redis, this.#client, this.#blocking, answer);
    this.#answer(answer);
    this.#tellBehind();
    if (this.#client.leaving) return this.close();
    this.#gather(() => this.#inbound.release());
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inbound.end();
    this.#flush();
    this.#redis.forget(this.#client);
    this.#outbound.end();
  }

  // ------------------------------------------------------------ commands

  #run(argv: Argv): void {
    const redis = this.#redis;
    const client = this.#client;
    this.#postponed = null;
    const { acting } = redis;
    let reply: Reply;
    redis.acting = client;
    this.#running = true;
    this.#current = argv;
    try {
      reply = execute(redis, client, argv);
    } finally {
      this.#running = false;
      this.#current = NOTHING;
      redis.acting = acting;
    }
    if (reply === POSTPONED) return this.#postpone(argv);
    if (reply === CUT) return this.#cut();
    this.#answer(reply);
    this.#tellBehind();
    if (client.leaving) this.close();
    else if (reply === SILENCE && redis.waiting.of(client) !== undefined) {
      this.#blocking = argv;
      this.#inbound.hold();
    }
  }

  #tellBehind(): void {
    if (this.#behind.length > 0) for (const action of this.#behind.splice(0)) action();
  }

  /** The server is paused: the command comes again when it goes on. */
  #postpone(argv: Argv): void {
    this.#inbound.hold();
    this.#postponed = argv;
    this.#redis.pause.wait(() => {
      if (!this.#ended) this.#gather(() => this.#inbound.release());
    });
  }

  #failed(error: unknown): void {
    if (error instanceof RequestTooLong) return this.#cut();
    if (!(error instanceof Failure)) throw error;
    this.#redis.stats.error(error.message);
    this.#send(error);
    this.close();
  }

  #cut(): void {
    this.#ended = true;
    this.#inbound.end();
    this.#redis.forget(this.#client);
    this.#connection.destroy();
  }

  // ------------------------------------------------------------ faults

  #fault(argv: Argv): FrameFault | null {
    const { faults } = this.#redis.context;
    // It has met its fault before the pause.
    if (this.#postponed !== null) return null;
    const first = !this.#greeted;
    this.#greeted = true;
    if (faults.armed === 0) return null;
    const { name } = this.#client;
    if (first) {
      const found = faults.next({
        protocol: "redis",
        operation: "connect",
        client: connectingName(argv) ?? name,
        matches: globMatches,
      });
      if (found !== null) return found;
    }
    return faults.next({ ...frameOf(argv), protocol: "redis", client: name, matches: globMatches });
  }

  #lose(argv: Argv, fault: FrameFault): void {
    recordLost(this.#redis, this.#client, argv, reasonOf(fault));
  }

  // ------------------------------------------------------------ replies

  /** What answers a command, unless the client wants no answers: CLIENT REPLY. */
  #answer(reply: Reply): void {
    const client = this.#client;
    if (client.replies === "on") return this.#send(reply);
    if (client.replies === "skip") client.replies = "skipping";
    else if (client.replies === "skipping") client.replies = "on";
    // What subscribing answers are pushes: they come all the same.
    if (reply instanceof Push || reply instanceof Several) this.#send(reply);
  }

  #send(reply: Reply): void {
    this.#waiting += encode(reply, this.#client.version);
    if (!this.#gathering || this.#waiting.length > PIECE) this.#flush();
  }

  #gather(action: () => void): void {
    if (this.#gathering) return action();
    this.#gathering = true;
    try {
      action();
    } finally {
      this.#gathering = false;
      this.#flush();
    }
  }

  #flush(): void {
    if (this.#waiting === "") return;
    const bytes = Buffer.from(this.#waiting, "latin1");
    this.#waiting = "";
    this.#redis.stats.bytesOut += bytes.length;
    this.#outbound.send(bytes);
  }
}
