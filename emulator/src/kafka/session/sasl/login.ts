/**
 * The login of one connection, where clients are asked for one: SaslHandshake names the mechanism, then its tokens come
 * in SaslAuthenticate, or behind version 0 of the handshake as they are. Before it is over only ApiVersions is answered;
 * later it may be done again (KIP-368), by the same user in the same way, and has to be before the session ends.
 * https://kafka.apache.org/protocol#sasl_handshake, KIP-152
 */
import { KafkaError } from "../../model/errors.ts";
import type { saslAuthenticate } from "../../wire/apis/sasl-authenticate.ts";
import type { saslHandshake } from "../../wire/apis/sasl-handshake.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import type { Broker } from "../broker.ts";
import { HangUp } from "../handling.ts";
import type { Request } from "../requests.ts";
import { type Mechanism, type Proven, SaslFailure } from "./mechanism.ts";
import { OAuthBearer } from "./oauthbearer.ts";
import { Plain } from "./plain.ts";
import { Scram } from "./scram.ts";

type MechanismName = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER";
const MECHANISMS: readonly MechanismName[] = [
  "PLAIN",
  "SCRAM-SHA-256",
  "SCRAM-SHA-512",
  "OAUTHBEARER",
];

type Authenticated = ResponseOf<typeof saslAuthenticate>;
type Handshaken = ResponseOf<typeof saslHandshake>;

const NOTHING = Buffer.alloc(0);
/** So often may a client log in again, ms. */
const AGAIN_AFTER = 1000;

/** In the words of Kafka's SaslServerAuthenticator. */
type State =
  | "handshake or versions"
  | "handshake"
  | "authenticate"
  | "complete"
  | "mechanism changed"
  | "failed";

interface Session {
  /** As the client is told, ms; 0 where it lasts. */
  readonly lifetime: number;
  readonly ends: number;
}

export class Login {
  readonly #broker: Broker;
  #state: State;
  #mechanism: Mechanism | null = null;
  #mechanismName: string | null = null;
  #hasHeaders = true;
  #proven: Proven | null = null;
  /** When it was begun again last. */
  #again = Number.NEGATIVE_INFINITY;
  #session: Session = { lifetime: 0, ends: Number.POSITIVE_INFINITY };

  constructor(broker: Broker) {
    this.#broker = broker;
    this.#state = broker.cluster.accounts === null ? "complete" : "handshake or versions";
  }

  get principal(): string {
    return `User:${this.#proven?.user ?? "ANONYMOUS"}`;
  }

  /** Whether frames are tokens now, and no requests. */
  get takesTokens(): boolean {
    return this.#state === "authenticate" && !this.#hasHeaders;
  }

  /** What is answered last is answered; then the connection ends. */
  get isRefused(): boolean {
    return this.#state === "failed";
  }

  /** Undefined for what is no business of the login. @throws {HangUp} */
  answer({ api, row, version, value }: Request): Handshaken | Authenticated | undefined {
    const { clock } = this.#broker.context;
    if (this.#broker.cluster.accounts === null) return undefined;
    switch (this.#state) {
      case "complete":
        if (api.name === "SaslHandshake" && clock.now() - this.#again >= AGAIN_AFTER) {
          this.#again = clock.now();
          return this.#handshake(value as RequestOf<typeof saslHandshake>, version);
        }
        if (clock.now() > this.#session.ends) throw new HangUp();
        return undefined;
      case "mechanism changed":
        throw new HangUp();
      case "handshake or versions":
      case "handshake":
        if (api.name === "SaslHandshake")
          return this.#handshake(value as RequestOf<typeof saslHandshake>, version);
        if (api.name !== "ApiVersions" || this.#state === "handshake") throw new HangUp();
        // A version that is not known is answered in the words of version 0; the client asks once more.
        if (row.versions[1] > 0) this.#state = "handshake";
        return undefined;
      default:
        if (api.name === "SaslAuthenticate")
          return this.#authenticate(value as RequestOf<typeof saslAuthenticate>);
        this.#state = "failed";
        throw new KafkaError(
          "ILLEGAL_SASL_STATE",
          `Unexpected Kafka request of type ${api.name} during SASL authentication.`,
        );
    }
  }

  /** A token without a header. @throws {HangUp} where it is wrong: there is no other way to say so. */
  token(bytes: Buffer): Buffer {
    try {
      return this.#evaluate(bytes);
    } catch (error) {
      throw error instanceof SaslFailure ? new HangUp() : error;
    }
  }

  #handshake({ mechanism }: RequestOf<typeof saslHandshake>, version: number): Handshaken {
    const { accounts, clock, users } = this.#broker.cluster;
    const isAgain = this.#proven !== null;
    if (accounts === null || !isMechanism(mechanism)) {
      if (isAgain) throw new HangUp();
      this.#state = "failed";
      const { code } = new KafkaError("UNSUPPORTED_SASL_MECHANISM");
      return { errorCode: code, mechanisms: MECHANISMS };
    }
    if (isAgain && this.#mechanismName !== mechanism) {
      this.#state = "mechanism changed";
      return { errorCode: 0, mechanisms: MECHANISMS };
    }
    this.#state = "authenticate";
    this.#hasHeaders = version >= 1;
    this.#mechanismName = mechanism;
    switch (mechanism) {
      case "PLAIN":
        this.#mechanism = new Plain(accounts.passwords);
        break;
      case "OAUTHBEARER":
        this.#mechanism = new OAuthBearer(clock, accounts);
        break;
      default:
        this.#mechanism = new Scram(users, mechanism);
    }
    return { errorCode: 0, mechanisms: MECHANISMS };
  }

  #authenticate({ authBytes }: RequestOf<typeof saslAuthenticate>): Authenticated {
    const isAgain = this.#proven !== null;
    try {
      const answer = this.#evaluate(authBytes);
      const sessionLifetimeMs = this.#state === "complete" ? this.#session.lifetime : 0;
      return { errorCode: 0, errorMessage: "", authBytes: answer, sessionLifetimeMs };
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error;
      this.#state = "failed";
      const during = isAgain ? "re-authentication" : "authentication";
      const errorMessage = error.isTold
        ? error.message
        : `Authentication failed during ${during} due to invalid credentials with SASL mechanism ${this.#mechanismName}`;
      const { code } = new KafkaError("SASL_AUTHENTICATION_FAILED");
      return { errorCode: code, errorMessage, authBytes: NOTHING };
    }
  }

  #evaluate(token: Buffer): Buffer {
    const answer = this.#mechanism?.evaluate(token) ?? NOTHING;
    const proven = this.#mechanism?.proven ?? null;
    if (proven === null) return answer;
    const before = this.#proven?.user ?? proven.user;
    if (before !== proven.user)
      throw new SaslFailure(
        `Cannot change principals during re-authentication from User.${before}: User.${proven.user}`,
        { isTold: true },
      );
    this.#proven = proven;
    this.#session = this.#sessionOf(proven);
    this.#state = "complete";
    return answer;
  }

  /** As long as the proof, and as the brokers allow. */
  #sessionOf({ expires }: Proven): Session {
    const { clock, configs } = this.#broker.cluster;
    const now = clock.now();
    const most = configs.number("connections.max.reauth.ms");
    const allowed = most > 0 ? now + most : Number.POSITIVE_INFINITY;
    const ends = Math.max(now, Math.min(expires ?? Number.POSITIVE_INFINITY, allowed));
    return { lifetime: ends === Number.POSITIVE_INFINITY ? 0 : ends - now, ends };
  }
}

function isMechanism(name: string): name is MechanismName {
  return MECHANISMS.some((each) => each === name);
}
