/** Sessions by client id: who takes one over, and when one without a connection ends. MQTT 5 §3.1.2.4, §3.1.2.11.2, §4.1 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import { Session, type SessionEvents } from "./session.ts";

export class Sessions {
  readonly #clock: Clock;
  readonly #events: SessionEvents;
  readonly #byId = new Map<string, Session>();
  readonly #ending: Deadlines<Session>;
  readonly #now: () => number;
  #expired = 0;
  readonly #end: (session: Session) => void;

  /** `ended` is told of a session that is over, whatever ends it. */
  constructor(clock: Clock, events: SessionEvents, ended: (session: Session) => void) {
    this.#clock = clock;
    this.#events = events;
    this.#now = () => clock.now();
    this.#end = ended;
    this.#ending = new Deadlines(clock, (session) => {
      this.#expired++;
      this.end(session);
    });
  }

  get all(): Iterable<Session> {
    return this.#byId.values();
  }

  get count(): number {
    return this.#byId.size;
  }

  /** How many have ended because no connection came. */
  get expired(): number {
    return this.#expired;
  }

  get(clientId: string): Session | undefined {
    return this.#byId.get(clientId);
  }

  /** The session that a connection goes on with, or a new one: a clean start ends what there was. */
  open(clientId: string, clean: boolean): { session: Session; present: boolean } {
    const known = this.#byId.get(clientId);
    if (known !== undefined) {
      if (!clean) {
        this.#ending.delete(known);
        return { session: known, present: true };
      }
      this.end(known);
    }
    return { session: this.create(clientId), present: false };
  }

  create(clientId: string): Session {
    const session = new Session(clientId, this.#events, this.#now);
    this.#byId.set(clientId, session);
    return session;
  }

  /** Its connection has closed. */
  leave(session: Session): void {
    session.link = null;
    if (session.expiry === 0) this.end(session);
    else if (session.expiry !== Number.POSITIVE_INFINITY)
      this.expireAt(session, this.#clock.now() + session.expiry * 1000);
  }

  /** When a session without a connection ends, ms since 1970; undefined: never. */
  endOf(session: Session): number | undefined {
    return this.#ending.get(session);
  }

  expireAt(session: Session, time: number): void {
    this.#ending.set(session, time);
  }

  end(session: Session): void {
    this.#ending.delete(session);
    if (this.#byId.get(session.clientId) === session) this.#byId.delete(session.clientId);
    this.#end(session);
  }

  close(): void {
    this.#ending.clear();
  }
}
