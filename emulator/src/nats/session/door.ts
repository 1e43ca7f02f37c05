/** The door of one connection: until when it must show who it is, and until when that holds. */
import { randomBytes } from "node:crypto";
import type { Server } from "../model/server.ts";
import { Permissions } from "../model/permissions.ts";
import {
  type Admitted,
  authenticate,
  isAuthRequired,
  isNonceRequired,
  withoutCredentials,
} from "../security/authenticate.ts";
import type { ConnectOptions } from "./options.ts";

/** How the connection came. */
export interface Arrival {
  readonly websocket: boolean;
  /** The token of its cookie, or "". */
  readonly jwt: string;
}

/** What the transport knows of who comes. */
interface Guest extends Arrival {
  /** The names that its certificate stands for. */
  certified(): readonly string[];
}

export class Door {
  readonly #server: Server;
  readonly #arrival: Guest;
  readonly #end: (text: string) => void;
  /** What the client may sign. */
  readonly nonce: string;
  #admitted: Admitted | null = null;
  #permissions: Permissions | null = null;
  #cancel: () => void = () => {};

  /** `end` is called with what to say when its time is over. */
  constructor(server: Server, arrival: Guest, end: (text: string) => void) {
    this.#server = server;
    this.#arrival = arrival;
    this.#end = end;
    this.nonce = isNonceRequired(server) ? randomBytes(11).toString("base64url") : "";
    if (!isAuthRequired(server)) this.#enter(authenticate(server, this.#shown(undefined)));
    else if (this.required)
      this.#cancel = server.context.clock.after(server.options.auth.timeout, () =>
        end("Authentication Timeout"),
      );
  }

  /** Whether INFO says that something must be shown. */
  get required(): boolean {
    return isAuthRequired(this.#server) && this.#free() === undefined;
  }

  /** What INFO says to this connection alone. */
  info(): object {
    return {
      ...(this.required ? { auth_required: true } : {}),
      ...(this.nonce === "" ? {} : { nonce: this.nonce }),
    };
  }

  /** Of a payload with its headers, bytes. */
  get maxPayload(): number {
    const own = this.#admitted?.maxPayload ?? -1;
    return own < 0 ? this.#server.options.maxPayload : own;
  }

  /** Whether this connection is one too many for its account. */
  get isAccountFull(): boolean {
    const mine = this.#admitted?.account;
    const limit = mine?.limits.connections ?? -1;
    if (limit < 0) return false;
    let count = 0;
    for (const { account } of this.#server.clients.values()) if (account === mine) count++;
    return count > limit;
  }

  get admitted(): Admitted | null {
    return this.#admitted;
  }

  get permissions(): Permissions | null {
    return this.#permissions;
  }

  /** Whether nothing but CONNECT is heard. Who needs to show nothing comes in by its first word, whatever it is. */
  isShut(): boolean {
    if (this.#admitted === null) this.#enter(this.#free() ?? null);
    return this.#admitted === null;
  }

  /** Whether the client may come in, or stay. */
  admits(options: ConnectOptions): boolean {
    this.#enter(authenticate(this.#server, this.#shown(options)));
    return this.#admitted !== null;
  }

  close(): void {
    this.#cancel();
  }

  #enter(admitted: Admitted | null): void {
    this.#admitted = admitted;
    this.#permissions = null;
    if (admitted === null) return;
    this.#cancel();
    const { clock } = this.#server.context;
    if (admitted.permissions !== undefined)
      this.#permissions = new Permissions(admitted.permissions, clock);
    const { expires } = admitted;
    if (expires !== undefined)
      this.#cancel = clock.after(expires.at - clock.now(), () => this.#end(expires.text));
  }

  #free(): Admitted | undefined {
    return withoutCredentials(this.#server, this.#arrival.websocket);
  }

  #shown(options: ConnectOptions | undefined): Parameters<typeof authenticate>[1] {
    return {
      user: options?.user ?? "",
      password: options?.pass ?? "",
      token: options?.auth_token ?? "",
      jwt: options?.jwt === undefined || options.jwt === "" ? this.#arrival.jwt : options.jwt,
      nkey: options?.nkey ?? "",
      signature: options?.sig ?? "",
      nonce: this.nonce,
      websocket: this.#arrival.websocket,
      certified: this.#server.options.tls?.map === true ? this.#arrival.certified() : [],
    };
  }
}
