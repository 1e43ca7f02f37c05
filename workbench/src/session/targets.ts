/** Real brokers that a message may be sent to: where the code, or the environment, says that they are. */
import type { EmulatorState } from "../protocol.ts";
import type { Server, Topology } from "../topology.ts";
import type { Environment } from "./contract.ts";
import { loopbackPorts } from "./ports.ts";

export interface Target {
  /** With credentials. */
  readonly url: string;
  /** Without: for people. */
  readonly shown: string;
}

/** By server id. A default is not enough: nobody has said that there is a broker. */
export function realTargets(
  { servers }: Pick<Topology, "servers">,
  environment: Environment,
  emulators: EmulatorState["servers"],
): ReadonlyMap<string, Target> {
  return new Map(
    servers.flatMap((server): [string, Target][] => {
      const url = urlOf(server, environment);
      const isReal = url !== "" && !isEmulator(server, url, emulators);
      return isReal ? [[server.id, { url, shown: withoutSecrets(url) }]] : [];
    }),
  );
}

function urlOf({ address }: Server, environment: Environment): string {
  if (address.kind === "static") return address.url;
  return address.kind === "environment" ? (environment[address.variable] ?? "") : "";
}

/** The emulator is not what anybody means by a real one. */
function isEmulator(
  { protocol }: Server,
  url: string,
  emulators: EmulatorState["servers"],
): boolean {
  const emulator = emulators.find((each) => each.protocol === protocol);
  return loopbackPorts(url, protocol).some(({ port }) => port === emulator?.port);
}

/** Neither user and password nor what stands behind a question mark. */
function withoutSecrets(url: string): string {
  return url
    .split(",")
    .map((each) => each.replace(/\?.*$/s, "").replace(/^([a-z+]+:\/\/)?.*@/s, "$1"))
    .join(",");
}
