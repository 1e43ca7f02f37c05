/**
 * Static membership (KIP-345) with a client that has no option for it. kafkajs 2 writes `group.instance.id` into JoinGroup
 * (version 5) when it is told, and nobody can tell it. A group's coordinator is asked for each join, so what it is asked
 * with is completed there. The broker knows the member's later requests by its member id.
 */
import { DeclarationError } from "../errors.ts";
import type { Cluster } from "./driver.ts";

const JOIN_GROUP = 11;
const LEAVE_GROUP = 13;

type Make = (given: object) => unknown;
type Lookup = (apiKey: number, definition: unknown) => Make;

const named = new WeakSet<object>();

/** Lets this client's consumer join as this member, and go without a word: it keeps its place until its session ends. */
export function nameMember(cluster: Cluster, groupInstanceId: string): void {
  if (named.has(cluster)) return;
  named.add(cluster);
  const find = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (group) => {
    const coordinator = await find(group);
    complete(coordinator as object as { lookupRequest?: Lookup }, groupInstanceId);
    return coordinator;
  };
}

/** The lookup is made anew with each connection. */
function complete(coordinator: { lookupRequest?: Lookup }, groupInstanceId: string): void {
  const lookup = coordinator.lookupRequest;
  if (typeof lookup !== "function")
    throw new DeclarationError(
      "groupInstanceId needs kafkajs 2.2: the client that was passed in has no static membership that could be reached",
    );
  if (named.has(lookup)) return;
  const completed: Lookup = (apiKey, definition) => {
    if (apiKey === LEAVE_GROUP) throw new Error("a static member does not leave");
    const make = lookup.call(coordinator, apiKey, definition);
    return apiKey === JOIN_GROUP ? (given) => make({ ...given, groupInstanceId }) : make;
  };
  named.add(completed);
  coordinator.lookupRequest = completed;
}
