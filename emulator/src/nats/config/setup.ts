/** Everything that the program nats-server is told: by its configuration file and by flags. */
import { defaultOptions, type NatsOptions } from "../model/options.ts";
import type { HostPort } from "./fields.ts";

export interface Setup {
  readonly nats: NatsOptions;
  readonly host: string;
  /** -1: any free one. */
  readonly port: number;
  readonly http?: HostPort;
  readonly tls?: TlsSetup;
  readonly websocket?: WebSocketSetup;
  /** What other servers would come to: opened, but nothing is routed. */
  readonly others: readonly {
    readonly what: "cluster" | "leafnodes" | "gateway";
    readonly at: HostPort;
  }[];
  readonly debug: boolean;
  readonly trace: boolean;
  readonly logTime: boolean;
  readonly logFile?: string;
  readonly pidFile?: string;
  readonly portsFileDir?: string;
  /** What was asked for and is not there, to be said once. */
  readonly unheard: readonly string[];
}

export interface TlsSetup {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile?: string;
  readonly verify: boolean;
  /** The user is named by the certificate. */
  readonly map: boolean;
  readonly handshakeFirst: boolean;
  /** Whether clients without TLS are let in as well. */
  readonly optional: boolean;
  /** ms. */
  readonly timeout: number;
}

export interface WebSocketSetup extends HostPort {
  readonly tls?: TlsSetup;
  readonly sameOrigin: boolean;
  readonly allowedOrigins: readonly string[];
  readonly compression: boolean;
  readonly jwtCookie?: string;
  readonly noAuthUser?: string;
}

export const defaultSetup: Setup = {
  nats: defaultOptions,
  host: "0.0.0.0",
  port: 4222,
  others: [],
  debug: false,
  trace: false,
  logTime: true,
  unheard: [],
};
