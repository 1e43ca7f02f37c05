/** A connected client, as the rest of the server sees it: monitoring, reloads, the end. */
import type { Account } from "./account.ts";
import type { UserPermissions } from "./permissions.ts";
import type { Subscriber, Subscription } from "./router.ts";

/** Messages and their bytes, from the server's side. */
export interface Traffic {
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
}

export interface Client extends Subscriber {
  readonly id: number;
  readonly websocket: boolean;
  readonly port: number | null;
  readonly account: Account;
  /** What it said in CONNECT. */
  readonly said: { readonly name: string; readonly lang: string; readonly version: string };
  /** Who it is, or "". */
  readonly user: string;
  readonly permissions: UserPermissions | undefined;
  /** When its token ends, ms since 1970. */
  readonly expires: number | undefined;
  /** ms since 1970. */
  readonly started: number;
  readonly lastActive: number;
  /** ms; 0 where it is not known. */
  readonly roundTrip: number;
  readonly traffic: Readonly<Traffic>;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** Tells it the server's state anew, if it takes that. */
  informed(): void;
  /** The configuration has changed: it must still be let in. */
  checked(): void;
  /** Ends it, without a word. */
  leave(reason: string): void;
}

/** What is remembered of a client. */
export type ClientView = Pick<
  Client,
  | "id"
  | "websocket"
  | "port"
  | "account"
  | "said"
  | "user"
  | "started"
  | "lastActive"
  | "roundTrip"
  | "traffic"
  | "subscriptions"
>;

/** One that has gone, for who asks afterwards. */
export interface ClosedClient {
  readonly client: ClientView;
  readonly stopped: number;
  readonly reason: string;
}
