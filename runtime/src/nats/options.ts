/** What a user may say to a NatsBroker, its subscribers and its publishers. Plain types. */
import type { KindTypes } from "../kind.ts";
import type { NatsClient } from "./driver.ts";

/** How to reach NATS. */
export interface NatsOptions {
  /** `nats://host:4222`, several with commas, credentials allowed. Default: `MILLRACE_NATS_URL`, else `nats://localhost:4222`. */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  /** Instead of user and password. */
  readonly token?: string;
  /** Asks for TLS even where the server does not; files are paths, the others PEM text. */
  readonly tls?: NatsTls;
  /** How the server's monitoring names this client. Default: `MILLRACE_SERVICE`, else the app's title. */
  readonly name?: string;
  /** How long the first connection may take, in ms. Default 5000. */
  readonly connectTimeout?: number;
  /** How long a publish waits for a lost connection to come back, in ms. Default 10000. */
  readonly publishTimeout?: number;
  /** A connection made by you with `connect()` of the package "nats". It stays open when the app stops; the options above are then yours. */
  readonly client?: NatsClient;
}

/** Certificates, as the package "nats" names them. */
export interface NatsTls {
  readonly ca?: string;
  readonly caFile?: string;
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  /** TLS before the server's first line (nats-server 2.11 `handshake_first`). */
  readonly handshakeFirst?: boolean;
}

/** Core NATS delivers at most once and has no choice of it, so there is no option, and nothing to acknowledge. */
export interface NatsKind extends KindTypes {
  subscriber: object;
  publisher: object;
  publish: object;
  mode: { option: never; values: "core"; default: "core"; atMostOnce: "core" };
}
