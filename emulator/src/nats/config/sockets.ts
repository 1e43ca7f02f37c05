/** Where the server listens, and how: `tls`, `websocket`, and what other servers would come to. */
import type { HostPort } from "./fields.ts";
import {
  booleanOf,
  durationOf,
  hostPortOf,
  mapOf,
  portOf,
  readFields,
  textOf,
  textsOf,
} from "./fields.ts";
import type { TlsSetup, WebSocketSetup } from "./setup.ts";
import { ConfError, type ConfValue } from "./syntax.ts";

export function readTls(given: ConfValue): TlsSetup {
  const read: { -readonly [Name in keyof TlsSetup]?: TlsSetup[Name] } = {};
  readFields(given, "tls", {
    cert_file: (value) => void (read.certFile = textOf(value)),
    key_file: (value) => void (read.keyFile = textOf(value)),
    ca_file: (value) => void (read.caFile = textOf(value)),
    verify: (value) => void (read.verify = booleanOf(value)),
    verify_and_map: (value) => void (read.map = booleanOf(value)),
    timeout: (value) => void (read.timeout = durationOf(value)),
    "handshake_first first immediate": (value) =>
      void (read.handshakeFirst = value.value !== false),
    "insecure verify_cert_and_check_known_urls": booleanOf,
    "cipher_suites curve_preferences pinned_certs": textsOf,
    "connection_rate_limit min_version ocsp_peer": () => {},
  });
  const { certFile, keyFile, caFile, map = false } = read;
  if (certFile === undefined)
    throw new ConfError(given.at, "missing 'cert_file' in TLS configuration");
  if (keyFile === undefined)
    throw new ConfError(given.at, "missing 'key_file' in TLS configuration");
  return {
    certFile,
    keyFile,
    ...(caFile === undefined ? {} : { caFile }),
    verify: read.verify === true || map,
    map,
    handshakeFirst: read.handshakeFirst ?? false,
    optional: false,
    timeout: read.timeout ?? 2000,
  };
}

export function readWebSocket(given: ConfValue): WebSocketSetup {
  const read: { -readonly [Name in keyof WebSocketSetup]: WebSocketSetup[Name] } = {
    port: 0,
    sameOrigin: false,
    allowedOrigins: [],
    compression: false,
  };
  let plain = false;
  readFields(given, "websocket", {
    listen: (value) => void Object.assign(read, hostPortOf(value)),
    port: (value) => void (read.port = portOf(value)),
    "host net": (value) => void (read.host = textOf(value)),
    no_tls: (value) => void (plain = booleanOf(value)),
    tls: (value) => void (read.tls = readTls(value)),
    same_origin: (value) => void (read.sameOrigin = booleanOf(value)),
    "allowed_origins allowed_origin allow_origins allow_origin origins origin": (value) =>
      void (read.allowedOrigins = textsOf(value)),
    "compress compression": (value) => void (read.compression = booleanOf(value)),
    jwt_cookie: (value) => void (read.jwtCookie = textOf(value)),
    no_auth_user: (value) => void (read.noAuthUser = textOf(value)),
    "advertise username_cookie pass_cookie token_cookie": textOf,
    handshake_timeout: durationOf,
    "authorization authentication headers": (value) => mapOf(value, "this"),
  });
  if (read.port !== 0 && read.tls === undefined && !plain)
    throw new ConfError(
      given.at,
      "websocket requires TLS configuration: give tls { cert_file, key_file }, or no_tls: true",
    );
  return read;
}

/** Of a cluster, a gateway or leaf nodes: where they would listen, and the cluster's name. */
export function readNeighbours(given: ConfValue): { at?: HostPort; name?: string } {
  const read: { host?: string; port?: number; name?: string } = {};
  for (const [name, value] of mapOf(given, "this")) {
    if (name === "listen") Object.assign(read, hostPortOf(value));
    else if (name === "port") read.port = portOf(value);
    else if (name === "host" || name === "net") read.host = textOf(value);
    else if (name === "name") read.name = textOf(value);
  }
  const { port, host, name } = read;
  return {
    ...(port === undefined ? {} : { at: { port, ...(host === undefined ? {} : { host }) } }),
    ...(name === undefined ? {} : { name }),
  };
}
