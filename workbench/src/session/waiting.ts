/**
 * Services that wait: they need a broker that the emulator does not speak yet, and nobody has said where a real one is.
 * Started with the others they would only crash on a port where nobody listens.
 */
import type { ProtocolName, Server, Topology } from "../topology.ts";
import { listed, protocolNames } from "./protocol-names.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why each of them waits, by service id, with the remedy. */
export function waitingReasons(
  topology: Pick<Topology, "services" | "servers">,
  spoken: readonly ProtocolName[],
  environment: Environment,
): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { id, name } of topology.services) {
    const missing = topology.servers.filter(
      (server) => server.service === id && isMissing(server, spoken, environment),
    );
    if (missing.length > 0) reasons.set(id, reasonOf(name, missing));
  }
  return reasons;
}

/** An address in the code, or one that the code finds out when it runs, is the code's own business. */
function isMissing(
  { protocol, address }: Server,
  spoken: readonly ProtocolName[],
  environment: Environment,
): boolean {
  return (
    !spoken.includes(protocol) &&
    address.kind === "environment" &&
    (environment[address.variable] ?? "") === ""
  );
}

function reasonOf(name: string, missing: readonly Server[]): string {
  const protocols = new Set(missing.map(({ protocol }) => protocolNames[protocol]));
  const variables = new Set(
    missing.flatMap(({ address }) => (address.kind === "environment" ? [address.variable] : [])),
  );
  const real = variables.size === 1 ? "a real one" : "real ones";
  return `${name} needs ${listed([...protocols])}, which the emulator does not speak yet: set ${listed([...variables])} to ${real}, or start it by hand`;
}
