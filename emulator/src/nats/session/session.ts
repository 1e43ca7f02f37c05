/** One NATS connection: commands in, account, replies out. */
import type { FrameFault } from "../../fault-engine.ts";
import { Inbound } from "../../inbound.ts";
import type { Connection, Session } from "../../protocol.ts";
import type { Account } from "../model/account.ts";
import type { Client, Traffic } from "../model/client.ts";
import type { UserPermissions } from "../model/permissions.ts";
import type { Message, Subscription } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import { isLiteralSubject, isReservedReply } from "../model/subjects.ts";
import { encodeInfo, encodeNoResponders, OK, PING, PONG } from "../wire/encode.ts";
import { type Command, Parser, WireError } from "../wire/parser.ts";
import { Deliveries } from "./deliveries.ts";
import { type Arrival, Door } from "./door.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Line } from "./line.ts";
import { Ledger } from "./ledger.ts";
import { type ConnectOptions, defaultOptions, readOptions } from "./options.ts";
import { traceOf } from "./trace.ts";
import { Subscriptions, subscriptionViolation } from "./subscriptions.ts";

export class NatsSession implements Session, Client {
  readonly #server: Server;
  readonly #connection: Connection;
  readonly #inbound: Inbound<Command>;
  readonly #line: Line;
  readonly #parser: Parser;
  readonly #keepAlive: KeepAlive;
  readonly #door: Door;
  readonly #ledger: Ledger;
  readonly #deliveries: Deliveries;
  readonly #subscribed: Subscriptions;
  #options: ConnectOptions = defaultOptions;
  #connected = false;
  #pinged = 0;
  /** Whether the chunk that is being read has said that the client is alive. */
  #heard = false;
  readonly websocket: boolean;
  readonly started: number;
  roundTrip = 0;

  constructor(server: Server, connection: Connection, arrival: Arrival) {
    const { context } = server;
    this.#server = server;
    this.#connection = connection;
    this.websocket = arrival.websocket;
    this.started = context.clock.now();
    this.#ledger = new Ledger(server, {
      connection: connection.id,
      name: "",
      port: connection.clientPort,
    });
    const { maxPending } = server.options;
    this.#line = new Line(connection, context.clock, maxPending, () => this.#inbound.end());
    this.#deliveries = new Deliveries(connection, server, this.#line, this.#ledger);
    this.#door = new Door(
      server,
      { ...arrival, certified: () => connection.tls?.()?.names ?? [] },
      (text) => this.#line.fail(text),
    );
    this.#subscribed = new Subscriptions(this, server, this.#door);
    this.#parser = new Parser({
      maxPayload: () => this.#door.maxPayload,
      maxControlLine: server.options.maxControlLine,
      headers: () => this.#options.headers,
      onlyConnect: () => this.#door.isShut(),
    });
    this.#inbound = new Inbound(connection, context.clock, {
      next: () => this.#parser.next(),
      fault: (command) => this.#ledger.faultFor(command, this.#options),
      run: (command) => this.#run(command),
      lose: (command, fault) => this.#ledger.taken(command, fault),
      refuse: (command, fault) => this.#refuse(command, fault, fault.effect.text),
      cut: () => this.#line.cut("Client Closed"),
      failed: (error) => this.#failed(error),
    });
    this.#keepAlive = new KeepAlive(context.clock, () => server.options, {
      ping: () => this.#ping(),
      stale: () => this.#line.fail("Stale Connection"),
    });
    server.joined(this);
    this.#sendInfo();
    const { maxConnections } = server.options;
    if (maxConnections > 0 && server.clients.size > maxConnections)
      this.#line.fail("maximum connections exceeded");
  }

  // ------------------------------------------------------------ from the listener

  receive(chunk: Uint8Array): void {
    if (this.#line.ended) return;
    this.#heard = false;
    this.#parser.push(chunk);
    this.#inbound.take();
  }

  refuse(lacksTls = false): void {
    if (lacksTls) return this.#line.fail("Secure Connection - TLS Required");
    this.#line.fail(this.#door.isShut() ? "Authorization Violation" : "Unknown Protocol Operation");
  }

  closed(): void {
    this.#line.stop();
    this.#keepAlive.stop();
    this.#door.close();
    this.#subscribed.forget(this.account);
    this.#server.left(this, this.#line.reason);
  }

  // ------------------------------------------------------------ from the server

  get id(): number {
    return this.#connection.id;
  }

  get port(): number | null {
    return this.#connection.clientPort;
  }

  get account(): Account {
    return this.#door.admitted?.account ?? this.#server.account("$G");
  }

  get said(): ConnectOptions {
    return this.#options;
  }

  get user(): string {
    return this.#door.admitted?.user ?? "";
  }

  get permissions(): UserPermissions | undefined {
    return this.#door.admitted?.permissions;
  }

  get expires(): number | undefined {
    return this.#door.admitted?.expires?.at;
  }

  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscribed.all;
  }

  get traffic(): Readonly<Traffic> {
    return this.#ledger.traffic;
  }

  get lastActive(): number {
    return Math.max(this.started, this.#keepAlive.lastActive);
  }

  informed(): void {
    if (this.#connected && this.#options.protocol > 0) this.#sendInfo();
  }

  checked(): void {
    const before = this.account;
    if (!this.#door.admits(this.#options)) return this.#line.fail("Authorization Violation");
    if (this.account !== before) return this.leave("Credentials Revoked");
    for (const text of this.#subscribed.dropForbidden(before)) this.#line.complain(text);
  }

  leave(reason: string): void {
    this.#line.leave(reason);
  }

  // ------------------------------------------------------------ from the router

  get echo(): boolean {
    return this.#options.echo;
  }

  deliver(subscription: Subscription, message: Message): boolean {
    if (this.#line.ended) return false;
    const { permissions } = this.#door;
    if (permissions !== null) {
      const { delivery, reply } = message;
      if (!permissions.mayReceive(delivery?.subject ?? message.subject)) return false;
      if (reply !== undefined) permissions.asked(reply);
    }
    this.#deliveries.send(message, subscription, this.#options.headers);
    return true;
  }

  ended(subscription: Subscription): void {
    this.#subscribed.all.delete(subscription.sid);
  }

  #failed(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.#line.fail(error.answer);
  }

  #run(command: Command): void {
    // A PONG is an answer to us and says nothing of its own: client.go, processPong.
    if (command.op !== "pong" && !this.#heard) {
      this.#heard = true;
      this.#keepAlive.active();
    }
    this.#server.observer?.trace?.(this, `<<- ${traceOf(command)}`);
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
        return this.#line.send(PONG);
      case "pong":
        if (this.#pinged > 0) this.roundTrip = this.#server.context.clock.now() - this.#pinged;
        return this.#keepAlive.pong();
      case "ignored":
    }
  }

  #connect(given: unknown): void {
    const options = readOptions(given, this.#options);
    if (options === null) return this.#line.fail(null);
    this.#options = options;
    this.#ledger.named(options.name);
    this.roundTrip = this.#server.context.clock.now() - this.started;
    this.#keepAlive.restart();
    const before = this.account;
    if (!this.#door.admits(options)) return this.#line.fail("Authorization Violation");
    // A second CONNECT may lead elsewhere: what was subscribed to stays behind.
    if (this.account !== before) this.#subscribed.forget(before);
    if (this.#door.isAccountFull)
      return this.#line.fail("maximum account active connections exceeded");
    if (options.protocol < 0 || options.protocol > 1)
      return this.#line.fail("invalid client protocol");
    if (options.no_responders && !options.headers)
      return this.#line.fail("no responders requires headers support");
    if (!this.#connected) this.#server.admitted(this);
    this.#connected = true;
    this.#ok();
  }

  #publish(command: Command & { op: "pub" }): void {
    const { subject, reply } = command;
    if (this.#options.pedantic && !isLiteralSubject(subject))
      this.#line.complain("Invalid Publish Subject");
    this.#ledger.received(command);
    if (this.#door.permissions?.mayPublish(subject) === false)
      return this.#line.complain(publishViolation(subject));
    if (reply !== undefined && isReservedReply(reply)) {
      return this.#line.complain(`Permissions Violation for Publish with Reply of "${reply}"`);
    }
    this.#ok();
    const message = this.#ledger.published(command);
    const { account } = this;
    if (account.publish(message, this) > 0) return;
    this.#ledger.unheard(message);
    if (reply === undefined || !this.#options.no_responders) return;
    const inbox = account.router.ownSubscription(this, reply);
    if (inbox !== undefined) this.#line.send(encodeNoResponders(reply, inbox.sid));
  }

  #subscribe(command: Command & { op: "sub" }): void {
    const wrong = this.#subscribed.add(this.account, command);
    if (wrong === undefined) this.#ok();
    else this.#line.complain(wrong);
  }

  #unsubscribe({ sid, max }: Command & { op: "unsub" }): void {
    this.#ok();
    this.#subscribed.remove(this.account, sid, max);
  }

  #ok(): void {
    if (this.#options.verbose) this.#line.send(OK);
  }

  #ping(): void {
    this.#pinged = this.#server.context.clock.now();
    this.#line.send(PING);
  }

  #sendInfo(): void {
    const { serverPort: port } = this.#connection;
    const own = { port, client_id: this.id, client_ip: "127.0.0.1", ...this.#door.info() };
    this.#line.send(encodeInfo({ ...this.#server.info(), ...own }));
  }

  /** A command that a fault refuses, as the server would: who is not let in is put out, who may not speak stays. */
  #refuse(command: Command, fault: FrameFault, text: string | undefined): void {
    this.#ledger.taken(command, fault);
    if (command.op === "pub") return this.#line.complain(text ?? publishViolation(command.subject));
    if (command.op === "sub")
      return this.#line.complain(text ?? subscriptionViolation(command.subject, command.queue));
    this.#line.fail(text ?? "Authorization Violation");
  }
}

function publishViolation(subject: string): string {
  return `Permissions Violation for Publish to "${subject}"`;
}
