/** Who gets a message, of all that are subscribed where it leads. */
import type { Session, Subscribed } from "./session.ts";
import type { Place } from "./subscriptions.ts";

/**
 * A client of version 5 gets it by each of its subscriptions. Before, it gets it once, with the highest QoS of all that
 * match: [MQTT-3.3.5-1]; a group's member, too, as in mosquitto.
 */
export function takersOf(places: readonly Place[]): Iterable<Subscribed> {
  const [first] = places;
  if (places.length === 1 && first?.groups.size === 0) return first.takers.values();

  const takers: Subscribed[] = [];
  const once = new Map<Session, Subscribed>();
  const offer = (taker: Subscribed): void => {
    if (taker.session.version === 5) return void takers.push(taker);
    const other = once.get(taker.session);
    if (other === undefined || other.qos < taker.qos) once.set(taker.session, taker);
  };
  for (const place of places) {
    for (const group of place.groups.values()) {
      const member = group.next();
      if (member !== null) offer(member);
    }
    for (const taker of place.takers.values()) offer(taker);
  }
  return [...takers, ...once.values()];
}
