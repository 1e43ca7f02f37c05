/**
 * When a port was taken and the emulator moved, code that names the port itself talks to whatever sits there.
 * Each such declaration gets a problem that says so and what to write instead.
 */
import type { EmulatorState } from "../protocol.ts";
import type { Problem, ProtocolName, Server, Topology } from "../topology.ts";
import type { Environment } from "./contract.ts";

const brokers: Readonly<
  Record<ProtocolName, { readonly port: number; readonly declaration: string }>
> = {
  kafka: { port: 9092, declaration: "new KafkaBroker()" },
  rabbitmq: { port: 5672, declaration: "new RabbitmqBroker()" },
  nats: { port: 4222, declaration: "new NatsBroker()" },
  redis: { port: 6379, declaration: "new RedisBroker()" },
  mqtt: { port: 1883, declaration: "new MqttBroker()" },
};

export function takenPortProblems(
  topology: Topology,
  servers: EmulatorState["servers"],
  environment: Environment = process.env,
): readonly Problem[] {
  const moved = servers.filter((server) => server.movedFrom !== undefined);
  return topology.servers.flatMap((declared) => {
    const emulator = moved.find((server) => server.protocol === declared.protocol);
    const url = addressOf(declared, environment);
    if (emulator === undefined || url === null) return [];
    const place = loopbackPorts(url, declared.protocol).find(
      ({ port }) => port === emulator.movedFrom,
    );
    if (place === undefined) return [];
    const service =
      topology.services.find(({ id }) => id === declared.service)?.name ?? declared.service;
    const remedy = `\`${brokers[declared.protocol].declaration}\` or MILLRACE_${declared.protocol.toUpperCase()}_URL`;
    return {
      code: "taken-port",
      severity: "warning",
      message: `${service} talks to ${place.host}:${place.port}, which is not the emulator (it is on ${emulator.port}): use ${remedy}`,
      subject: declared.id,
      place: declared.place,
    };
  });
}

/** What the code will connect to, as far as it says so itself; null where the workbench's environment decides. */
function addressOf(server: Server, environment: Environment): string | null {
  const { address, protocol } = server;
  if (address.kind === "static") return address.url;
  if (address.kind === "dynamic" || address.variable === `MILLRACE_${protocol.toUpperCase()}_URL`)
    return null;
  return environment[address.variable] ?? address.default ?? null;
}

/** Those of an address that are on this machine; Kafka and NATS take several, with commas. */
export function loopbackPorts(
  url: string,
  protocol: ProtocolName,
): readonly { host: string; port: number }[] {
  return url.split(",").flatMap((each) => loopbackPort(each.trim(), protocol) ?? []);
}

function loopbackPort(
  address: string,
  protocol: ProtocolName,
): { host: string; port: number } | null {
  try {
    const url = new URL(address.includes("://") ? address : `${protocol}://${address}`);
    const port = url.port === "" ? brokers[protocol].port : Number(url.port);
    if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) return null;
    return { host: url.hostname, port };
  } catch {
    return null;
  }
}
