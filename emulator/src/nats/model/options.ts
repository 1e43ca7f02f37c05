/** How a NATS server is set up: what its configuration file says, as plain values. Times in ms, sizes in bytes. */
import { SERVER_NAME } from "../../version.ts";
import type { AccountLimits, Export, Import } from "./account.ts";
import type { AccountLimits as JetStreamLimits } from "../jetstream/contract.ts";
import type { Destination } from "./mappings.ts";
import type { UserPermissions } from "./permissions.ts";

export interface NatsOptions {
  readonly serverName: string;
  /** As INFO says it. */
  readonly host: string;
  readonly maxPayload: number;
  /** -1: no limit; so with the others. */
  readonly maxConnections: number;
  readonly maxSubscriptions: number;
  readonly maxControlLine: number;
  /** How many bytes may wait for a client that reads slowly. */
  readonly maxPending: number;
  readonly pingInterval: number;
  readonly pingMax: number;
  readonly lameDuckDuration: number;
  readonly lameDuckGrace: number;
  readonly tags: readonly string[];
  readonly clusterName?: string;
  /** `map`: users are named by their certificates. */
  readonly tls?: { readonly required: boolean; readonly verify: boolean; readonly map: boolean };
  readonly jetstream: JetStreamServerOptions | null;
  readonly auth: AuthOptions;
  /** What WebSocket clients may use instead. */
  readonly websocket: { readonly noAuthUser?: string };
}

export interface JetStreamServerOptions {
  readonly domain?: string;
  readonly storeDir?: string;
  readonly maxMemory: number;
  readonly maxStorage: number;
}

export interface AuthOptions {
  /** For CONNECT to come. */
  readonly timeout: number;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly users: readonly UserOptions[];
  readonly accounts: readonly AccountOptions[];
  readonly noAuthUser?: string;
  readonly systemAccount: string;
  /** JWTs of operators: then users show JWTs as well. */
  readonly operators: readonly string[];
  /** JWTs of accounts by public key. */
  readonly resolver: ReadonlyMap<string, string>;
  readonly mappings: readonly MappingOptions[];
}

export interface UserOptions {
  readonly account: string;
  readonly user?: string;
  readonly password?: string;
  /** A public key instead of both. */
  readonly nkey?: string;
  readonly permissions?: UserPermissions;
  /** `STANDARD`, `WEBSOCKET`; all where it is left out. */
  readonly connectionTypes?: readonly string[];
}

export interface AccountOptions {
  readonly name: string;
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
  readonly mappings: readonly MappingOptions[];
  readonly limits: AccountLimits;
  readonly jetstream: JetStreamLimits | null;
}

export interface MappingOptions {
  readonly from: string;
  readonly destinations: readonly Destination[];
}

/** nats-server's const.go. */
export const defaultOptions: NatsOptions = {
  serverName: SERVER_NAME,
  host: "127.0.0.1",
  maxPayload: 1024 * 1024,
  maxConnections: 65_536,
  maxSubscriptions: -1,
  maxControlLine: 4096,
  maxPending: 64 * 1024 * 1024,
  pingInterval: 120_000,
  pingMax: 2,
  lameDuckDuration: 120_000,
  lameDuckGrace: 10_000,
  tags: [],
  jetstream: null,
  auth: {
    timeout: 2000,
    users: [],
    accounts: [],
    systemAccount: "$SYS",
    operators: [],
    resolver: new Map(),
    mappings: [],
  },
  websocket: {},
};
