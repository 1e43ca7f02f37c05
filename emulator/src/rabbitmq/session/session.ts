/** One AMQP connection: frames in, channels, frames out. */
import type { FrameFault } from "../../fault-engine.ts";
import { Inbound } from "../../inbound.ts";
import type { Connection, ProtocolContext, Session } from "../../protocol.ts";
import type { Broker, ConnectionView, VirtualHost } from "../model/contract.ts";
import { AmqpError, connectionError } from "../model/errors.ts";
import type { User } from "../model/users.ts";
import { HEARTBEAT, PROTOCOL_HEADER } from "../wire/frames.ts";
import type { Method, MethodName } from "../wire/methods.ts";
import { Blockade } from "./blockade.ts";
import { Channels } from "./channels.ts";
import type { ChannelHost } from "./channel.ts";
import { reasonFor } from "./closing.ts";
import type { Command } from "./command.ts";
import { faultOn, isNacked, lose, refusalOf } from "./faulty.ts";
import { Handshake } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Intake, sayable } from "./intake.ts";
import { Ledger } from "./ledger.ts";
import { Line } from "./line.ts";
import { TUNE } from "./negotiation.ts";
import { Owing } from "./owing.ts";
import { viewOf } from "./view.ts";

/** How long a client may take until connection.open, ms. */
const HANDSHAKE_TIMEOUT = 10_000;
/** How long a client that is not trusted waits for its end. */
const SILENT_CLOSE_DELAY = 3_000;
/** How long its last words are waited for, at most. */
const CLOSING_TIMEOUT = 30_000;

export class RabbitmqSession implements Session {
  readonly #broker: Broker;
  readonly #context: ProtocolContext;
  readonly #connection: Connection;
  readonly #inbound: Inbound<Command>;
  readonly #intake: Intake;
  readonly #owing: Owing = new Owing();
  readonly #blockade: Blockade;
  readonly #line: Line;
  readonly #ledger: Ledger;
  readonly #handshake: Handshake;
  readonly #heartbeat: Heartbeat;
  readonly #connectedAt: number;
  #phase: "header" | "talking" | "closing" | "over" = "header";
  /** What it has come to when it is open. */
  #opened: {
    readonly view: ConnectionView;
    readonly channels: Channels;
    readonly vhost: VirtualHost;
  } | null = null;
  #agreed: { channelMax: number; frameMax: number; heartbeat: number } = TUNE;
  #received = 0;
  /** Ends what takes too long. */
  #cancelTimeout: () => void;

  constructor(broker: Broker, context: ProtocolContext, connection: Connection) {
    this.#broker = broker;
    this.#context = context;
    this.#connection = connection;
    this.#connectedAt = context.clock.now();
    this.#line = new Line(connection, context, () => this.#opened?.channels.wake());
    const { id, clientPort: port } = connection;
    this.#ledger = new Ledger(context, { connection: id, name: "", port });
    this.#handshake = new Handshake(broker, () => connection.tls?.()?.commonName ?? null, {
      send: (method) => this.#line.method(0, method),
      named: ({ name }) => this.#ledger.named(name),
      tuned: (answer) => this.#tuned(answer),
      opened: (user, vhost) => this.#open(user, vhost),
      refused: () => this.#close(SILENT_CLOSE_DELAY),
    });
    const traffic = { received: () => this.#received, sent: () => this.#line.sent };
    this.#heartbeat = new Heartbeat(context.clock, traffic, {
      beat: () => this.#line.send(HEARTBEAT),
      silent: () => this.#cut(),
    });
    this.#inbound = new Inbound(connection, context.clock, {
      next: () => this.#blockade.held ?? this.#intake.next(),
      fault: (command) => this.#fault(command),
      run: (command) => this.#run(command),
      lose: (command, fault) =>
        lose(command, this.#opened?.channels.get(command.channel), this.#ledger, fault),
      refuse: (command, fault) => this.#refuse(command, fault, fault.effect.text),
      cut: () => this.#cut(),
      failed(error) {
        throw error;
      },
    });
    this.#intake = new Intake({
      phase: () => this.#phase,
      greet: (major, minor) => {
        this.#phase = "talking";
        this.#handshake.start(major, minor);
      },
      turnAway: () => {
        this.refuse();
        this.#line.end();
      },
      channels: () => this.#opened?.channels ?? null,
      hearLast: (method) => this.#hearLast(method),
      fail: (error, method) => this.#fail(error, method),
      cut: () => this.#cut(),
    });
    this.#blockade = new Blockade(broker.alarm, {
      pause: () => {
        this.#heartbeat.pause();
        this.#inbound.pause();
      },
      resume: () => {
        this.#heartbeat.resume();
        this.#owing.during(() => this.#inbound.resume());
      },
      tell: (method) => {
        if (this.#handshake.properties.understands("connection.blocked"))
          this.#line.method(0, method);
      },
    });
    this.#cancelTimeout = context.clock.after(HANDSHAKE_TIMEOUT, () => this.#cut());
  }

  // ------------------------------------------------------------ from the listener

  receive(chunk: Uint8Array): void {
    if (this.#phase === "over") return;
    this.#received++;
    this.#intake.push(chunk);
    this.#owing.during(() => this.#inbound.take());
  }

  /** AMQP's answer to whoever speaks something else. */
  refuse(): void {
    this.#line.send(PROTOCOL_HEADER);
    this.#over();
  }

  closed(): void {
    this.#over();
  }

  // ------------------------------------------------------------ methods

  #run(command: Command): void {
    if (this.#blockade.stops(command)) return;
    const { method } = command;
    try {
      if (command.channel === 0) this.#control(method);
      else this.#opened?.channels.run(command);
    } catch (error) {
      this.#fail(sayable(error), method.name);
    }
  }

  #control(method: Method): void {
    if (this.#opened === null) return this.#handshake.take(method);
    switch (method.name) {
      case "connection.close":
        this.#owing.settle();
        this.#leave();
        this.#line.method(0, { name: "connection.close-ok" });
        return this.#close(this.#patience());
      // The new secret is for whoever gives out passwords that expire; here they do not.
      case "connection.update-secret":
        return this.#line.method(0, { name: "connection.update-secret-ok" });
      default:
        throw connectionError(504, "unexpected method in connection state running");
    }
  }

  /** While the connection closes, nothing else is heard. */
  #hearLast({ name }: Method): void {
    if (name === "connection.close") this.#line.method(0, { name: "connection.close-ok" });
    else if (name === "connection.close-ok") {
      this.#line.end();
      this.#over();
    }
  }

  #tuned(answer: { channelMax: number; frameMax: number; heartbeat: number }): void {
    const { channelMax, frameMax, heartbeat } = answer;
    this.#agreed = { channelMax, frameMax, heartbeat };
    this.#line.frameMax = this.#intake.frameMax = answer.frameMax;
    this.#heartbeat.start(answer.heartbeat);
  }

  #open(user: User, vhost: VirtualHost): void {
    this.#cancelTimeout();
    const { properties, mechanism } = this.#handshake;
    const view = viewOf(
      this.#connection,
      {
        user: user.name,
        vhost: vhost.name,
        clientProperties: properties.table,
        connectedAt: this.#connectedAt,
        mechanism,
        ...this.#agreed,
      },
      {
        channels: () => channels.all,
        close: (reason) => this.#fail(connectionError(320, reason)),
      },
    );
    const host: ChannelHost = {
      view,
      vhost,
      context: this.#context,
      actor: { user, connection: view, client: this.#ledger.client },
      line: this.#line,
      ledger: this.#ledger,
      understands: (capability) => properties.understands(capability),
      owesConfirms: (channel) => this.#owing.add(channel),
      failed: (channel, error) => channels.fail(channel, error),
      cut: () => this.#cut(),
    };
    const channels = new Channels(host, this.#agreed.channelMax);
    this.#opened = { view, channels, vhost };
    this.#broker.connections.add(view);
  }

  // ------------------------------------------------------------ faults

  #fault({ channel, method }: Command): FrameFault | null {
    // What was postponed has met its fault.
    if (this.#context.faults.armed === 0 || this.#blockade.held !== null) return null;
    const on = this.#opened?.channels.get(channel);
    return faultOn(method, on, this.#ledger, this.#broker.alarm);
  }

  #refuse(command: Command, fault: FrameFault, text: string | undefined): void {
    const { method } = command;
    if (method.name === "connection.start-ok") return this.#handshake.deny(method, text);
    const channel = this.#opened?.channels.get(command.channel);
    lose({ ...command, confirm: 0 }, channel, this.#ledger, fault);
    if (channel !== undefined && isNacked(command, channel, text)) return this.#owing.add(channel);
    const error = refusalOf(method, text);
    if (channel === undefined || error.closes === "connection") this.#fail(error, method.name);
    else this.#opened?.channels.fail(channel, error, method.name);
  }

  // ------------------------------------------------------------ the end

  /** Says what is wrong and closes; without a word where the client is not let in yet. */
  #fail(error: unknown, method?: MethodName): void {
    if (!(error instanceof AmqpError)) throw error;
    if (this.#phase !== "talking") return;
    const { state } = this.#handshake;
    if (state === "starting" || state === "tuning") return this.#silence();
    this.#owing.settle();
    this.#leave();
    this.#line.method(0, { name: "connection.close", ...reasonFor(error, method) });
    this.#close(this.#patience());
  }

  /** Waits for the client's last words, so long. */
  #close(ms: number): void {
    this.#phase = "closing";
    this.#cutAfter(this.#intake.isLost ? SILENT_CLOSE_DELAY : ms);
  }

  #cutAfter(ms: number): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#context.clock.after(ms, () => this.#cut());
  }

  #silence(): void {
    this.#phase = "over";
    this.#inbound.end();
    this.#cutAfter(SILENT_CLOSE_DELAY);
  }

  /** rabbit_reader, `close_connection`. */
  #patience(): number {
    const ms = this.#agreed.heartbeat * 1000;
    return ms > 0 && ms < CLOSING_TIMEOUT ? ms : CLOSING_TIMEOUT;
  }

  #cut(): void {
    this.#over();
    this.#connection.destroy();
  }

  /** What it had goes back, and its own queues go. */
  #leave(): void {
    const opened = this.#opened;
    if (opened === null || !this.#broker.connections.delete(opened.view)) return;
    opened.channels.stop();
    opened.vhost.release(opened.view);
  }

  #over(): void {
    this.#phase = "over";
    this.#blockade.end();
    this.#cancelTimeout();
    this.#heartbeat.stop();
    this.#inbound.end();
    this.#leave();
  }
}
