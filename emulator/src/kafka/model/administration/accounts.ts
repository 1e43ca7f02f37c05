/** Who may log in, as whoever starts the emulator says it; what ACLs, SCRAM's users and server.properties follow. */
import type { ProtocolContext } from "../../../protocol.ts";

export interface Accounts {
  /** The passwords of users by their names. */
  readonly passwords: ReadonlyMap<string, string>;
  /** The only token that OAUTHBEARER takes. */
  readonly token: string | undefined;
  /** Who holds that token, and administers the cluster. */
  readonly superUser: string | null;
}

/** Null where nobody is asked to log in. */
export function accountsOf({
  auth,
  kafkaUsers = [],
}: Pick<ProtocolContext, "auth" | "kafkaUsers">): Accounts | null {
  if (auth === null && kafkaUsers.length === 0) return null;
  const { user, password, token } = auth ?? {};
  const passwords = new Map(kafkaUsers.map((known) => [known.user, known.password]));
  if (user !== undefined && password !== undefined) passwords.set(user, password);
  return { passwords, token, superUser: user ?? (token === undefined ? null : "token") };
}

/** As principals. */
export function superUsers({ superUser }: Accounts): readonly string[] {
  return superUser === null ? [] : [`User:${superUser}`];
}
