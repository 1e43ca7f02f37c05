/** Why a connection could not be made, as one error that says what to do. */
import { ConnectError, messageOf } from "../errors.ts";
import { codeOf, connectRefused } from "./reasons.ts";

/** What Node and OpenSSL call it, and what to do. */
const tls: readonly (readonly [RegExp, string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED/,
    "its certificate is not signed by an authority that is trusted here: set tls.ca to that authority's certificate",
  ],
  [/CERT_HAS_EXPIRED/, "its certificate has expired: it needs a new one"],
  [
    /ALTNAME_INVALID/,
    "its certificate is for another name: connect to the name it is for, or set tls.servername",
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    "it does not speak TLS on this port: use mqtt:// or ws://, or its TLS port",
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/,
    "it wants a client certificate: set tls.cert and tls.key",
  ],
  [
    /UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED/,
    "it does not accept the client certificate: tls.cert must be signed by an authority it trusts",
  ],
  [
    /BAD_DECRYPT|PASSPHRASE|INTERRUPTED_OR_CANCELLED/i,
    "tls.key is encrypted with another passphrase: set tls.passphrase",
  ],
  [/KEY_VALUES_MISMATCH/, "tls.key is not the key of tls.cert"],
  [
    /ERR_OSSL_PEM|NO_START_LINE|BAD_BASE64|DECODER/,
    "tls.ca, tls.cert and tls.key must be PEM text",
  ],
];

/** `cause`: what the client, the socket or OpenSSL said. */
export function unreachable(address: string, cause: unknown): ConnectError {
  if (cause instanceof ConnectError) return cause;
  const code = codeOf(cause);
  if (code !== undefined) return connectRefused(address, code, cause);
  const text =
    cause instanceof Error && "code" in cause
      ? `${String(cause.code)} ${cause.message}`
      : messageOf(cause);
  const remedy = tls.find(([pattern]) => pattern.test(text))?.[1];
  if (remedy !== undefined)
    return new ConnectError(`no TLS with MQTT at ${address} (${messageOf(cause)}): ${remedy}`, {
      cause,
    });
  const response = /Unexpected server response: (\d+)/.exec(text)?.[1];
  if (response !== undefined)
    return new ConnectError(
      `${address} answers ${response} instead of opening a WebSocket: give the path of its MQTT listener, as in ws://host:8083/mqtt, and the headers it wants (webSocketHeaders)`,
      { cause },
    );
  if (/closed the connection|ECONNRESET|EPIPE|socket hang up/.test(text)) {
    const expected = /^(mqtts|ssl|tls|wss):/.test(address)
      ? "with TLS? Without it the URL begins with mqtt:// or ws://"
      : "without TLS? With it the URL begins with mqtts:// or wss://";
    return new ConnectError(
      `MQTT at ${address} takes the connection and ends it (${messageOf(cause)}): does this port speak MQTT ${expected}`,
      { cause },
    );
  }
  return new ConnectError(
    `MQTT at ${address} does not answer (${messageOf(cause)}): start a broker (\`npx millrace-emulator\` or mosquitto), or set MILLRACE_MQTT_URL`,
    { cause },
  );
}
