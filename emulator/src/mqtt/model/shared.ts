/** A shared subscription's group: each message goes to one member. MQTT 5 §4.8.2, and as mosquitto in 3.1.1 too. */
import type { Subscribed } from "./session.ts";

export class SharedGroup {
  /** Who is first gets the next message, and goes to the end. */
  #members: Subscribed[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** A member that subscribes again keeps its place. */
  put(member: Subscribed): void {
    const place = this.#members.findIndex(({ session }) => session === member.session);
    if (place < 0) this.#members.push(member);
    else this.#members[place] = member;
  }

  remove(session: Subscribed["session"]): void {
    this.#members = this.#members.filter((member) => member.session !== session);
  }

  /** Whether a member besides this one could have a message. */
  hasOther(session: Subscribed["session"], present: boolean): boolean {
    return this.#members.some(
      (member) => member.session !== session && (!present || member.session.link !== null),
    );
  }

  /** Whose turn it is: members that are there go before those whose session waits for them. */
  next(except?: Subscribed["session"]): Subscribed | null {
    const others = (member: Subscribed) => member.session !== except;
    const isThere = (member: Subscribed) => member.session.link !== null && others(member);
    let place = this.#members.findIndex(isThere);
    if (place < 0) place = this.#members.findIndex(others);
    const [member] = place < 0 ? [] : this.#members.splice(place, 1);
    if (member === undefined) return null;
    this.#members.push(member);
    return member;
  }
}
