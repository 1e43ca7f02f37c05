/** Who is let in, into which account, and what it may: auth.go, processClientOrLeafAuthentication. */
import { type Account, GLOBAL_ACCOUNT } from "../model/account.ts";
import type { UserOptions } from "../model/options.ts";
import type { UserPermissions } from "../model/permissions.ts";
import type { Server } from "../model/server.ts";
import { admitByToken, signedNonce } from "./operator.ts";

/** What a client shows. */
export interface Presented {
  readonly user: string;
  readonly password: string;
  readonly token: string;
  readonly jwt: string;
  readonly nkey: string;
  readonly signature: string;
  /** What it was to sign. */
  readonly nonce: string;
  readonly websocket: boolean;
  /** The names that its certificate stands for, where those count. */
  readonly certified: readonly string[];
}

export interface Admitted {
  readonly account: Account;
  /** Who it is, or "". */
  readonly user: string;
  readonly permissions?: UserPermissions;
  /** -1: no limit of its own. */
  readonly maxSubscriptions: number;
  readonly maxPayload: number;
  /** When it must go, ms since 1970, and what it is told. */
  readonly expires?: { readonly at: number; readonly text: string };
}

/** Whether clients must show anything. */
export function isAuthRequired({ options: { auth } }: Server): boolean {
  return (
    auth.user !== undefined ||
    auth.token !== undefined ||
    auth.users.length > 0 ||
    auth.operators.length > 0
  );
}

/** Whether clients may have something to sign. */
export function isNonceRequired({ options: { auth } }: Server): boolean {
  return auth.operators.length > 0 || auth.users.some(({ nkey }) => nkey !== undefined);
}

/** The user for who shows nothing; undefined where everybody must. */
export function withoutCredentials(server: Server, websocket: boolean): Admitted | undefined {
  const { auth, websocket: ws } = server.options;
  const name = (websocket ? ws.noAuthUser : undefined) ?? auth.noAuthUser;
  const user = auth.users.find((each) => each.user === name || each.nkey === name);
  if (name !== undefined && user !== undefined) return admit(server, user);
  // Users of the system account alone do not lock the others out: server.go, sysAccOnlyNoAuthUser.
  const onlySystem =
    auth.users.length > 0 &&
    auth.operators.length === 0 &&
    auth.user === undefined &&
    auth.token === undefined &&
    auth.users.every(({ account }) => account === auth.systemAccount);
  return onlySystem ? everybody(server, "") : undefined;
}

/** Null for who is not let in. */
export function authenticate(server: Server, shown: Presented): Admitted | null {
  const { auth } = server.options;
  if (!isAuthRequired(server)) return everybody(server, shown.user);
  if (auth.operators.length > 0) return admitByToken(server, shown);
  if (server.options.tls?.map === true && !shown.websocket) {
    const user = auth.users.find((each) => shown.certified.includes(each.user ?? ""));
    return user !== undefined && isTypeAllowed(user, shown) ? admit(server, user) : null;
  }
  const nothing = [shown.user, shown.password, shown.token, shown.nkey].every(
    (each) => each === "",
  );
  const free = nothing ? withoutCredentials(server, shown.websocket) : undefined;
  if (free !== undefined) return free;

  if (shown.nkey !== "") {
    const user = auth.users.find(({ nkey }) => nkey === shown.nkey);
    const good = user !== undefined && isTypeAllowed(user, shown) && signedNonce(shown.nkey, shown);
    return good ? admit(server, user) : null;
  }
  if (shown.user !== "") {
    const user = auth.users.find((each) => each.user === shown.user);
    if (user !== undefined) {
      const good = isTypeAllowed(user, shown) && (user.password ?? "") === shown.password;
      return good ? admit(server, user) : null;
    }
  }
  if (auth.token !== undefined) return shown.token === auth.token ? everybody(server, "") : null;
  if (auth.user === undefined || auth.user !== shown.user) return null;
  return shown.password === (auth.password ?? "") ? everybody(server, shown.user) : null;
}

function everybody(server: Server, user: string): Admitted {
  return { account: server.account(GLOBAL_ACCOUNT), user, maxSubscriptions: -1, maxPayload: -1 };
}

function admit(server: Server, { account, user, nkey, permissions }: UserOptions): Admitted {
  return {
    account: server.account(account),
    user: nkey ?? user ?? "",
    maxSubscriptions: -1,
    maxPayload: -1,
    ...(permissions === undefined ? {} : { permissions }),
  };
}

function isTypeAllowed({ connectionTypes }: UserOptions, { websocket }: Presented): boolean {
  return connectionTypes?.includes(websocket ? "WEBSOCKET" : "STANDARD") ?? true;
}
