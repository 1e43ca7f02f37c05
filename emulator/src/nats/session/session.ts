/** One NATS connection: commands in, router, replies out. */
import type { JournalClient, JournalKind } from "../../journal.ts";
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import { Inbound } from "../../inbound.ts";
import { Outbound, SLOW_CONSUMER } from "../../outbound.ts";
import type { Connection, Credentials, ProtocolContext, Session } from "../../protocol.ts";
import {
  isLiteralSubject,
  isReservedReply,
  isValidSubject,
  subjectMatches,
} from "../model/subjects.ts";
import type { Message, Router, Subscriber, Subscription } from "../model/router.ts";
import {
  encodeError,
  encodeInfo,
  encodeMessage,
  encodeNoResponders,
  OK,
  PING,
  PONG,
} from "../wire/encode.ts";
import { headerRecord } from "../wire/headers.ts";
import { type Command, Parser, WireError } from "../wire/parser.ts";
import { KeepAlive } from "./keep-alive.ts";
import { type ConnectOptions, defaultOptions, readOptions } from "./options.ts";

/** What all sessions of one server share. */
export interface Server {
  readonly router: Router;
  readonly context: ProtocolContext;
  /** How many bytes may wait for a client that reads slowly. */
  readonly maxPending: number;
  /** What INFO says, but for what is each connection's own. */
  readonly info: object;
}

/** nats-server's bounds: const.go. */
const MAX_CONTROL_LINE = 4096;
const AUTH_TIMEOUT = 2000;

export class NatsSession implements Session, Subscriber {
  readonly #server: Server;
  readonly #connection: Connection;
  readonly #inbound: Inbound<Command>;
  readonly #outbound: Outbound;
  readonly #parser: Parser;
  readonly #keepAlive: KeepAlive;
  readonly #subscriptions = new Map<string, Subscription>();
  #options: ConnectOptions = defaultOptions;
  #client: JournalClient;
  #awaitsCredentials: boolean;
  #cancelAuthTimeout: () => void = () => {};
  #ended = false;

  constructor(server: Server, connection: Connection) {
    const { context } = server;
    this.#server = server;
    this.#connection = connection;
    this.#client = { connection: connection.id, name: "", port: connection.clientPort };
    this.#outbound = new Outbound(connection, context.clock, server.maxPending);
    this.#awaitsCredentials = context.auth !== null;
    this.#parser = new Parser({
      maxPayload: context.maxPayload,
      maxControlLine: MAX_CONTROL_LINE,
      headers: () => this.#options.headers,
      onlyConnect: () => this.#awaitsCredentials,
    });
    this.#inbound = new Inbound(connection, context.clock, {
      next: () => this.#parser.next(),
      fault: (command) => this.#faultFor(command),
      run: (command) => this.#run(command),
      lose: (command, fault) => this.#lose(command, fault),
      cut: () => this.#cut(),
      failed: (error) => this.#failed(error),
    });
    this.#keepAlive = new KeepAlive(context.clock, {
      ping: () => this.#outbound.send(PING),
      stale: () => this.#fail("Stale Connection"),
    });
    this.#outbound.send(
      encodeInfo({ ...server.info, client_id: connection.id, port: connection.serverPort }),
    );
    if (this.#awaitsCredentials) {
      this.#cancelAuthTimeout = context.clock.after(AUTH_TIMEOUT, () =>
        this.#fail("Authentication Timeout"),
      );
    }
  }

  // ------------------------------------------------------------ from the listener

  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#parser.push(chunk);
    this.#inbound.take();
  }

  refuse(): void {
    this.#fail(this.#awaitsCredentials ? "Authorization Violation" : "Unknown Protocol Operation");
  }

  closed(): void {
    this.#stop();
    this.#keepAlive.stop();
    this.#cancelAuthTimeout();
    for (const subscription of this.#subscriptions.values())
      this.#server.router.unsubscribe(subscription);
    this.#subscriptions.clear();
  }

  // ------------------------------------------------------------ from the router

  get echo(): boolean {
    return this.#options.echo;
  }

  deliver(subscription: Subscription, message: Message): boolean {
    if (this.#ended) return false;
    const fault = this.#fault("deliver", message.subject);
    if (fault?.effect.kind === "drop" || fault?.effect.kind === "disconnect") {
      this.#record("dropped", message, { subscription, reason: reasonOf(fault) });
      if (fault.effect.kind === "disconnect") this.#cut();
      return true;
    }
    if (fault?.effect.kind === "delay") this.#outbound.hold(fault.effect.ms);
    const bytes = encodeMessage(message, subscription.sid, this.#options.headers);
    this.#outbound.send(bytes, (kept) => {
      if (kept) return this.#record("delivered", message, { subscription });
      this.#record("dropped", message, { subscription, reason: SLOW_CONSUMER });
      this.#cut();
    });
    return true;
  }

  ended(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.sid);
  }

  // ------------------------------------------------------------ commands

  #failed(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.#fail(error.answer);
  }

  #run(command: Command): void {
    // A PONG is an answer to us and says nothing of its own: client.go, processPong.
    if (command.op !== "pong") this.#keepAlive.active();
    switch (command.op) {
      case "connect":
        return this.#connect(command.options);
      case "pub":
        return this.#publish(command);
      case "sub":
        return this.#subscribe(command);
      case "unsub":
        return this.#unsubscribe(command);
      case "ping":
        return this.#outbound.send(PONG);
      case "pong":
        return this.#keepAlive.pong();
      case "ignored":
    }
  }

  #connect(given: unknown): void {
    const options = readOptions(given, this.#options);
    if (options === null) return this.#fail(null);
    this.#options = options;
    this.#client = { ...this.#client, name: options.name };
    this.#cancelAuthTimeout();
    this.#keepAlive.restart();
    const { auth } = this.#server.context;
    if (auth !== null && !accepts(auth, options)) return this.#fail("Authorization Violation");
    this.#awaitsCredentials = false;
    if (options.protocol < 0 || options.protocol > 1) return this.#fail("invalid client protocol");
    if (options.no_responders && !options.headers)
      return this.#fail("no responders requires headers support");
    this.#ok();
  }

  #publish(command: Command & { op: "pub" }): void {
    const { router } = this.#server;
    if (this.#options.pedantic && !isLiteralSubject(command.subject)) {
      this.#outbound.send(encodeError("Invalid Publish Subject"));
    }
    if (command.reply !== undefined && isReservedReply(command.reply)) {
      return this.#outbound.send(
        encodeError(`Permissions Violation for Publish with Reply of "${command.reply}"`),
      );
    }
    this.#ok();
    const message = this.#published(command);
    if (router.publish(message, this) > 0) return;
    this.#record("dropped", message, { reason: "no subscribers", client: null });
    if (message.reply === undefined || !this.#options.no_responders) return;
    const inbox = router.ownSubscription(this, message.reply);
    if (inbox !== undefined) this.#outbound.send(encodeNoResponders(message.reply, inbox.sid));
  }

  #subscribe(command: Command & { op: "sub" }): void {
    const { sid, subject, queue } = command;
    if (!isValidSubject(subject)) return this.#outbound.send(encodeError("Invalid Subject"));
    // A sid that is in use stays what it is: client.go, processSub.
    if (!this.#subscriptions.has(sid)) {
      const subscription = {
        subscriber: this,
        sid,
        subject,
        delivered: 0,
        max: 0,
        ...(queue === undefined ? {} : { queue }),
      };
      this.#subscriptions.set(sid, subscription);
      this.#server.router.subscribe(subscription);
    }
    this.#ok();
  }

  #unsubscribe(command: Command & { op: "unsub" }): void {
    const subscription = this.#subscriptions.get(command.sid);
    this.#ok();
    if (subscription === undefined) return;
    if (command.max > subscription.delivered) {
      subscription.max = command.max;
      return;
    }
    this.#subscriptions.delete(command.sid);
    this.#server.router.unsubscribe(subscription);
  }

  #ok(): void {
    if (this.#options.verbose) this.#outbound.send(OK);
  }

  #stop(): void {
    this.#ended = true;
    this.#inbound.end();
  }

  /** Closes at once; what comes for this client from now on is not for it. */
  #cut(): void {
    this.#stop();
    this.#connection.destroy();
  }

  /** Says what is wrong, where the protocol has a word for it, and closes. */
  #fail(answer: string | null): void {
    if (this.#ended) return;
    this.#stop();
    if (answer !== null) this.#outbound.send(encodeError(answer));
    this.#outbound.end();
  }

  // ------------------------------------------------------------ journal and faults

  #published(command: Command & { op: "pub" }): Message {
    const { op: _, ...rest } = command;
    const message: Message = { ...rest, number: this.#server.context.journal.nextMessage() };
    this.#record("published", message, {});
    return message;
  }

  #record(
    kind: JournalKind,
    message: Message,
    more: { subscription?: Subscription; reason?: string; client?: null },
  ): void {
    const { subscription, reason } = more;
    this.#server.context.journal.record({
      kind,
      protocol: "nats",
      channel: message.subject,
      message: message.number,
      client: more.client === null ? null : this.#client,
      headers: headerRecord(message.headers),
      payload: message.payload,
      ...(message.reply === undefined ? {} : { replyTo: message.reply }),
      ...(reason === undefined ? {} : { reason }),
      ...(subscription === undefined
        ? {}
        : {
            subscription: {
              pattern: subscription.subject,
              ...(subscription.queue === undefined ? {} : { group: subscription.queue }),
            },
          }),
    });
  }

  #faultFor(command: Command): FrameFault | null {
    switch (command.op) {
      case "connect":
        return this.#fault("connect", undefined, readOptions(command.options, this.#options)?.name);
      case "pub":
        return this.#fault("publish", command.subject);
      case "sub":
        return this.#fault("subscribe", command.subject);
      default:
        return null;
    }
  }

  #fault(
    operation: "connect" | "publish" | "subscribe" | "deliver",
    channel?: string,
    name?: string,
  ): FrameFault | null {
    return this.#server.context.faults.next({
      protocol: "nats",
      operation,
      client: name ?? this.#client.name,
      matches: subjectMatches,
      ...(channel === undefined ? {} : { channel }),
    });
  }

  /** A command that a fault takes off the wire. */
  #lose(command: Command, fault: FrameFault): void {
    if (command.op === "pub")
      this.#record("dropped", this.#published(command), { reason: reasonOf(fault) });
  }
}

function accepts(auth: Credentials, options: ConnectOptions): boolean {
  if (auth.token !== undefined && options.auth_token === auth.token) return true;
  return (
    auth.user !== undefined && options.user === auth.user && options.pass === (auth.password ?? "")
  );
}
