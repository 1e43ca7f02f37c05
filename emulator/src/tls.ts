/** TLS on a socket that was accepted, at once or when the client begins with it. */
import type { Socket } from "node:net";
import type { PeerCertificate, SecureContext, SecureContextOptions, TLSSocket } from "node:tls";
import type { EmulatorTls } from "./emulator.ts";
import type { TlsPeer } from "./protocol.ts";

export interface TlsTerms {
  readonly context: SecureContext;
  /** Whether a client without TLS is refused. */
  readonly required: boolean;
  /** Whether it begins before the protocol says anything. */
  readonly first: boolean;
  /** Whether the client must show a certificate. */
  readonly verify: boolean;
  /** How long the handshake may take, ms of the system's time. */
  readonly timeout: number;
}

/** For clients that begin it when they like. @throws where certificate and key cannot be used. */
export function tlsTerms({ cert, key, ca }: EmulatorTls): TlsTerms {
  return {
    context: secureContext({ cert, key, ...(ca === undefined ? {} : { ca }) }),
    required: false,
    first: false,
    verify: ca !== undefined,
    timeout: HANDSHAKE,
  };
}

/** How long a handshake may take, ms of the system's time: nobody needs so long. */
const HANDSHAKE = 10_000;

function secureContext(material: EmulatorTls): SecureContext {
  try {
    // OpenSSL lets nobody who showed a certificate go on with an earlier session unless it has a name.
    return contextOf({ ...material, sessionIdContext: "millrace" });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the certificate and key of TLS cannot be used: ${why}`, { cause });
  }
}

/** @throws where the material cannot be used. */
export function contextOf(options: SecureContextOptions): SecureContext {
  return tls().createSecureContext(options);
}

/** Loaded by who has TLS: it would be a tenth of the start. */
function tls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}

/** Takes the socket over. What goes wrong closes it. `ready` is called when both sides are sure. */
export function secure(socket: Socket, terms: TlsTerms, ready: (secured: TLSSocket) => void): void {
  const { TLSSocket } = tls();
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: terms.context,
    requestCert: terms.verify,
    rejectUnauthorized: terms.verify,
  });
  const timer = setTimeout(() => socket.destroy(), terms.timeout).unref();
  secured.once("close", () => clearTimeout(timer));
  secured.on("error", () => socket.destroy());
  secured.once("secure", () => {
    clearTimeout(timer);
    // What the handshake found is told by no error, as nobody asked node's own TLS server.
    if (terms.verify && !isVerified(secured)) return void socket.destroy();
    ready(secured);
  });
}

/** Whether these are the first bytes of a TLS handshake. */
export function isTls(first: Uint8Array): boolean {
  return first[0] === 22;
}

/** Who is at the other end of a connection, as far as TLS tells; null without TLS. */
export function tlsPeer(socket: Socket): TlsPeer | null {
  if (!isSecured(socket)) return null;
  // An empty object where the client showed none.
  const shown: Partial<PeerCertificate> = socket.getPeerCertificate();
  const { subject, issuer, valid_from: from = "", valid_to: until = "" } = shown;
  const names = { subject: partsOf(subject), issuer: partsOf(issuer) };
  return {
    names: certifiedNames(shown),
    commonName: names.subject.get("CN")?.join(",") ?? null,
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().standardName,
    certificate:
      subject === undefined ? null : { ...names, from: Date.parse(from), until: Date.parse(until) },
  };
}

function isSecured(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}

/** Node gives one text for each type, or a list where the certificate has several. */
function partsOf(name: object = {}): Map<string, string[]> {
  const parts = Object.entries(name) as [string, string | string[]][];
  return new Map(parts.map(([type, values]) => [type, [values].flat()]));
}

/** Addresses, host names, then the subject as RFC 2253 writes it. */
function certifiedNames({ subjectaltname = "", subject }: Partial<PeerCertificate>): string[] {
  const alternatives = subjectaltname
    .split(/,\s*/)
    .flatMap((name) => /^(?:email|DNS|URI):(.+)$/.exec(name)?.[1] ?? []);
  const parts = Object.entries(subject ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  return [...alternatives, parts.toReversed().join(","), parts.join(",")].filter(
    (name) => name !== "",
  );
}

function isVerified(socket: TLSSocket): boolean {
  // node:tls keeps the reason to itself until it is asked in this way.
  const { ssl } = socket as unknown as { ssl?: { verifyError(): unknown } };
  return (ssl?.verifyError() ?? null) === null;
}
