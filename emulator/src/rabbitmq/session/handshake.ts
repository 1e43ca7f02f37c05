/**
 * How a connection begins: connection.start, the login, connection.tune and the virtual host.
 * https://www.rabbitmq.com/amqp-0-9-1-reference#class.connection
 */
import type { Broker, VirtualHost } from "../model/contract.ts";
import { connectionError } from "../model/errors.ts";
import type { User } from "../model/users.ts";
import type { Method, MethodOf } from "../wire/methods.ts";
import { NO_FIELDS } from "../wire/values.ts";
import { reasonFor } from "./closing.ts";
import { type Door, logIn, offeredMechanisms } from "./login.ts";
import { ClientProperties, isAgreed, serverProperties, TUNE } from "./negotiation.ts";

export type HandshakeState = "starting" | "tuning" | "opening" | "running";

interface Steps {
  send(method: Method): void;
  named(properties: ClientProperties): void;
  tuned(answer: { channelMax: number; frameMax: number; heartbeat: number }): void;
  opened(user: User, vhost: VirtualHost): void;
  /** The login is refused: a client that understands that has been told so. */
  refused(): void;
}

export class Handshake {
  readonly #broker: Broker;
  readonly #door: Door;
  readonly #steps: Steps;
  #state: HandshakeState = "starting";
  #user: User | null = null;
  properties: ClientProperties = new ClientProperties(NO_FIELDS);
  mechanism = "";

  constructor(broker: Broker, commonName: () => string | null, steps: Steps) {
    this.#broker = broker;
    this.#door = { users: broker.users, commonName };
    this.#steps = steps;
  }

  get state(): HandshakeState {
    return this.#state;
  }

  /** `minor`: 0-9-1 and 0-9 are the same to clients, 0-8 is announced as 8-0. */
  start(major: number, minor: number): void {
    this.#steps.send({
      name: "connection.start",
      versionMajor: major,
      versionMinor: minor,
      serverProperties: serverProperties(this.#broker.clusterName),
      mechanisms: Buffer.from(offeredMechanisms(this.#door).join(" ")),
      locales: Buffer.from("en_US"),
    });
  }

  /** @throws {AmqpError} */
  take(method: Method): void {
    switch (method.name) {
      case "connection.start-ok":
        if (this.#state !== "starting") break;
        this.#meet(method);
        return this.#logIn(method.response);
      case "connection.tune-ok":
        if (this.#state !== "tuning") break;
        if (!isAgreed(method)) throw connectionError(530, "failed to negotiate");
        this.#state = "opening";
        return this.#steps.tuned(method);
      case "connection.open":
        if (this.#state !== "opening") break;
        return this.#open(method.virtualHost);
      default:
    }
    throw connectionError(504, `unexpected method in connection state ${this.#state}`);
  }

  /** A fault refuses the login. */
  deny(method: MethodOf<"connection.start-ok">, text?: string): void {
    this.#meet(method);
    this.#refuse(text);
  }

  #meet({ clientProperties, mechanism }: MethodOf<"connection.start-ok">): void {
    this.properties = new ClientProperties(clientProperties);
    this.mechanism = mechanism;
    this.#steps.named(this.properties);
  }

  #refuse(text: string | undefined): void {
    const error = connectionError(403, text ?? loginRefused(this.mechanism));
    if (this.properties.understands("authentication_failure_close"))
      this.#steps.send({ name: "connection.close", ...reasonFor(error) });
    this.#steps.refused();
  }

  #logIn(response: Buffer): void {
    this.#user = logIn(this.mechanism, response, this.#door);
    if (this.#user === null) return this.#refuse(undefined);
    this.#state = "tuning";
    this.#steps.send({ name: "connection.tune", ...TUNE });
  }

  #open(name: string): void {
    const user = this.#user;
    const vhost = this.#broker.vhosts.get(name);
    if (vhost === undefined || user === null) throw connectionError(530, `vhost ${name} not found`);
    if (this.#broker.users.permissions.get(user.name, name) === undefined)
      throw connectionError(530, `access to vhost '${name}' refused for user '${user.name}'`);
    this.#steps.send({ name: "connection.open-ok" });
    this.#state = "running";
    this.#steps.opened(user, vhost);
  }
}

function loginRefused(mechanism: string): string {
  return `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`;
}
