/**
 * One connection of a Kafka client: requests in, answers out. One request is worked on at a time and the others wait, as
 * Kafka mutes a connection; so answers come in the order of what was asked.
 */
import type { FrameFault } from "../../fault-engine.ts";
import type { JournalClient } from "../../journal.ts";
import { Inbound } from "../../inbound.ts";
import type { Connection, Session } from "../../protocol.ts";
import type { Node } from "../model/contract.ts";
import { KafkaError } from "../model/errors.ts";
import { MalformedError } from "../wire/malformed.ts";
import type { Broker } from "./broker.ts";
import { errorOf, faultOn } from "./faulty.ts";
import { HangUp, type NodeAddress } from "./handling.ts";
import { Line } from "./line.ts";
import { errorAnswer } from "./refusal.ts";
import { type Answer, type Request, Requests } from "./requests.ts";
import { Login } from "./sasl/login.ts";
import { Transfer } from "./transfer.ts";

/** What comes in while a request is worked on: beyond this the client is not read. */
const MAX_AHEAD = 1024 * 1024;

/** A request, or a token of SASL without a header (behind SaslHandshake 0). */
type Unit = Request | Buffer;

interface Task {
  readonly unit: Unit;
  readonly refusal: FrameFault | null;
  /** A fault lets it come once more: what it does is done, but its client is answered once. */
  readonly isEcho: boolean;
}

export class KafkaSession implements Session {
  readonly #broker: Broker;
  readonly #connection: Connection;
  readonly #node: Node;
  readonly #requests: Requests;
  readonly #inbound: Inbound<Unit>;
  readonly #line: Line;
  readonly #login: Login;
  readonly #gone = new AbortController();
  readonly #behind: Task[] = [];
  /** By the name that its requests give. */
  #client: JournalClient;
  #last: Unit | null = null;
  #isBusy = false;
  #isHeld = false;
  #isPaused = false;
  #isFirst = true;

  constructor(broker: Broker, connection: Connection) {
    const { clock } = broker.context;
    this.#broker = broker;
    this.#connection = connection;
    this.#client = { connection: connection.id, name: "", port: connection.clientPort };
    this.#node = broker.nodeAt(connection.serverPort);
    this.#requests = new Requests(broker.table);
    this.#line = new Line(connection, broker.context);
    this.#login = new Login(broker);
    this.#inbound = new Inbound<Unit>(connection, clock, {
      next: () => (this.#login.takesTokens ? this.#requests.nextToken() : this.#requests.next()),
      fault: (unit) => this.#fault(unit),
      run: (unit) => this.#take(unit, null),
      lose: (unit, fault) => {
        if (!Buffer.isBuffer(unit)) this.#transfer(unit, null).lose(fault);
      },
      refuse: (unit, fault) => this.#take(unit, fault),
      cut: () => this.#cut(),
      failed: (error) => this.#failed(error),
    });
  }

  receive(chunk: Uint8Array): void {
    if (this.#gone.signal.aborted) return;
    this.#requests.push(chunk);
    this.#inbound.take();
    if (this.#isHeld && this.#requests.waiting > MAX_AHEAD) {
      this.#isPaused = true;
      this.#connection.pause();
    }
  }

  /** Kafka has no word for those who speak something else. */
  refuse(): void {
    this.#over();
  }

  closed(): void {
    this.#over();
  }

  // ------------------------------------------------------------ one after the other

  #take(unit: Unit, refusal: FrameFault | null): void {
    const task = { unit, refusal, isEcho: unit === this.#last };
    this.#last = unit;
    if (this.#isBusy) this.#behind.push(task);
    else this.#work(task);
  }

  #work(task: Task): void {
    this.#isBusy = true;
    try {
      const { unit } = task;
      if (Buffer.isBuffer(unit)) {
        this.#line.token(this.#login.token(unit));
        return this.#done();
      }
      const transfer = this.#transfer(unit, task.refusal);
      const answer = this.#answer(unit, task.refusal, transfer);
      if (!(answer instanceof Promise)) return this.#send(task, unit, answer, transfer);
      this.#hold();
      answer
        .catch((error: unknown) => refused(unit, error))
        .then((late) => this.#send(task, unit, late, transfer))
        .catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #answer(
    request: Request,
    refusal: FrameFault | null,
    transfer: Transfer,
  ): Answer | Promise<Answer> {
    try {
      // These look at each partition by themselves.
      const isPartial = request.api.name === "Produce" || request.api.name === "Fetch";
      if (refusal?.effect.kind === "error" && !isPartial) throw errorOf(refusal.effect.text);
      const atLogin = this.#login.answer(request);
      if (atLogin !== undefined) return { ...atLogin };
      const { version, clientId, value } = request;
      return request.row.handle(value as never, {
        cluster: this.#broker.cluster,
        version,
        clientId,
        client: this.#clientOf(request),
        clientHost: "/127.0.0.1",
        principal: this.#login.principal,
        node: this.#node,
        addressOf: (node) => this.#addressOf(node),
        gone: this.#gone.signal,
        traffic: transfer,
      }) as Answer | Promise<Answer>;
    } catch (error) {
      return refused(request, error);
    }
  }

  #addressOf({ id: nodeId, host, port, securePort, rack }: Node): NodeAddress {
    const isSecured = this.#connection.serverPort === this.#node.securePort;
    return { nodeId, host, port: isSecured ? securePort : port, rack };
  }

  #send(task: Task, request: Request, answer: Answer, transfer: Transfer): void {
    if (this.#gone.signal.aborted) return;
    if (answer !== null && !task.isEcho) this.#line.answer(request, answer, transfer);
    this.#done();
  }

  #done(): void {
    this.#isBusy = false;
    if (this.#login.isRefused) {
      this.#over();
      return this.#line.end();
    }
    const next = this.#behind.shift();
    if (next !== undefined) return this.#work(next);
    if (this.#line.isFull) {
      this.#hold();
      this.#line.whenEmpty(() => this.#release());
    } else this.#release();
  }

  #hold(): void {
    this.#isHeld = true;
    this.#inbound.hold();
  }

  #release(): void {
    if (!this.#isHeld || this.#gone.signal.aborted) return;
    this.#isHeld = false;
    if (this.#isPaused) this.#connection.resume();
    this.#isPaused = false;
    this.#inbound.release();
  }

  // ------------------------------------------------------------ trouble

  #fault(unit: Unit): FrameFault | null {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const { context, cluster } = this.#broker;
    if (context.faults.armed === 0 || Buffer.isBuffer(unit)) return null;
    return faultOn(unit, isFirst, context, cluster);
  }

  #failed(error: unknown): void {
    this.#cut();
    if (error instanceof MalformedError || error instanceof HangUp) return;
    // A fault of ours: it costs this connection, not the others.
    process.emitWarning(error instanceof Error ? error : String(error));
  }

  #cut(): void {
    this.#over();
    this.#connection.destroy();
  }

  #over(): void {
    this.#gone.abort();
    this.#inbound.end();
  }

  #clientOf({ clientId: name }: Request): JournalClient {
    if (this.#client.name !== name) this.#client = { ...this.#client, name };
    return this.#client;
  }

  #transfer(request: Request, refusal: FrameFault | null): Transfer {
    return new Transfer(request, this.#clientOf(request), this.#broker, refusal);
  }
}

/** What is thrown that is no error of the protocol is thrown on. */
function refused(request: Request, error: unknown): Answer {
  if (error instanceof KafkaError) return errorAnswer(request.api, request.value, error);
  throw error;
}
