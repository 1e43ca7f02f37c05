/** What a client says in CONNECT. */

export interface ConnectOptions {
  readonly verbose: boolean;
  readonly pedantic: boolean;
  readonly echo: boolean;
  readonly headers: boolean;
  readonly no_responders: boolean;
  readonly name: string;
  readonly lang: string;
  readonly version: string;
  readonly protocol: number;
  readonly user: string;
  readonly pass: string;
  readonly auth_token: string;
  readonly jwt: string;
  readonly nkey: string;
  readonly sig: string;
}

/** nats-server's own: who never sends CONNECT is answered with +OK. */
export const defaultOptions: ConnectOptions = {
  verbose: true,
  pedantic: true,
  echo: true,
  headers: false,
  no_responders: false,
  name: "",
  lang: "",
  version: "",
  protocol: 0,
  user: "",
  pass: "",
  auth_token: "",
  jwt: "",
  nkey: "",
  sig: "",
};

/** The options over those of before; null where one has the wrong type, which ends the connection. Unknown ones are left. */
export function readOptions(json: unknown, before: ConnectOptions): ConnectOptions | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    if (!(name in before) || value === null) continue;
    if (typeof value !== typeof before[name as keyof ConnectOptions]) return null;
    given[name] = value;
  }
  return { ...before, ...given };
}
