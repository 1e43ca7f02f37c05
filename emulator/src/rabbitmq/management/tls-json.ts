/** How a connection is secured, in the words of Erlang's ssl and of RFC 4514. */
import type { TlsPeer } from "../../protocol.ts";

type Item = Readonly<Record<string, string | null>>;

const NONE = {
  ssl_protocol: null,
  ssl_key_exchange: null,
  ssl_cipher: null,
  ssl_hash: null,
  peer_cert_subject: null,
  peer_cert_issuer: null,
  peer_cert_validity: null,
};

export function tlsJson(peer: TlsPeer | null): Item {
  if (peer === null) return NONE;
  const { protocol, cipher, certificate } = peer;
  const said = { ...NONE, ssl_protocol: protocol.toLowerCase(), ...suiteJson(cipher) };
  if (certificate === null) return said;
  const { subject, issuer, from, until } = certificate;
  return {
    ...said,
    peer_cert_subject: distinguishedName(subject),
    peer_cert_issuer: distinguishedName(issuer),
    peer_cert_validity: `${secondOf(from)} - ${secondOf(until)}`,
  };
}

/** `TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384`; TLS 1.3 names no key exchange, and what authenticates by itself no hash. */
function suiteJson(name: string): Item {
  const [, keyExchange = "any", cipher = "", hash = ""] =
    /^TLS_(?:(.+)_WITH_)?(.+)_([^_]+)$/.exec(name) ?? [];
  const isAead = /GCM|CCM|POLY1305/.test(name);
  return {
    ssl_key_exchange: keyExchange.toLowerCase(),
    ssl_cipher: cipher.toLowerCase(),
    ssl_hash: isAead ? "aead" : hash.toLowerCase(),
  };
}

/** The last part first. */
function distinguishedName(parts: ReadonlyMap<string, readonly string[]>): string {
  return [...parts]
    .flatMap(([type, values]) => values.map((value) => `${type.toUpperCase()}=${escaped(value)}`))
    .toReversed()
    .join(",");
}

function escaped(value: string): string {
  return value.replaceAll(/["+,;<>\\]|^[ #]| $/g, "\\$&");
}

function secondOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}
