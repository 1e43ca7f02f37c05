/** Health checks: 200 with `ok`, or 503 with what is wrong. https://www.rabbitmq.com/docs/monitoring#health-checks */
import { Content } from "../wire/content.ts";
import { type Answer, badRequest, ok, onChannel } from "./answer.ts";
import { type ApiRequest, existingVhost, named } from "./request.ts";

const HEALTHY = { status: "ok" };

export function checkAlarms({ broker }: ApiRequest): Answer {
  const { reason } = broker.alarm;
  if (reason === null) return ok(HEALTHY);
  return failed({
    reason: "There are alarms in effect in the cluster",
    alarms: [{ node: broker.node, resource: reason }],
  });
}

export function checkLocalAlarms({ broker }: ApiRequest): Answer {
  const { reason } = broker.alarm;
  if (reason === null) return ok(HEALTHY);
  return failed({
    reason: "There are alarms in effect on the node",
    alarms: [{ node: broker.node, resource: reason }],
  });
}

/** Where the broker listens. */
export function listenersOf({ server }: ApiRequest): readonly { protocol: string; port: number }[] {
  const { tls, management } = server;
  return [
    { protocol: "amqp", port: server.port },
    ...(tls === undefined ? [] : [{ protocol: "amqp/ssl", port: tls.port }]),
    ...(management === undefined ? [] : [{ protocol: "http", port: management.port }]),
  ];
}

export function checkPort(request: ApiRequest): Answer {
  const given = named(request, "port");
  if (!/^\d+$/.test(given)) throw badRequest("Invalid port");
  const port = Number(given);
  const ports = listenersOf(request).map((each) => each.port);
  if (ports.includes(port)) return ok({ ...HEALTHY, port });
  return failed({ reason: "No active listener", missing: port, ports });
}

/** What protocols are called, too. */
const PROTOCOLS: Readonly<Record<string, readonly string[]>> = {
  amqp: [
    "amqp091",
    "amqp0.9.1",
    "amqp0-9-1",
    "amqp0_9_1",
    "amqp10",
    "amqp1.0",
    "amqp1-0",
    "amqp1_0",
  ],
  "amqp/ssl": ["amqps"],
  http: ["http1", "http1.1", "http_api", "management", "management_ui", "ui"],
  clustering: ["cli", "distribution"],
  mqtt: ["mqtt3.1", "mqtt3.1.1", "mqtt31", "mqtt311", "mqtt3_1", "mqtt3_1_1"],
  "mqtt/ssl": ["mqtts", "mqtt+tls", "mqtt+ssl"],
};

export function checkProtocol(request: ApiRequest): Answer {
  const given = named(request, "protocol").toLowerCase();
  const protocol =
    Object.entries(PROTOCOLS).find(([, names]) => names.includes(given))?.[0] ?? given;
  const protocols = listenersOf(request).map((each) => each.protocol);
  if (protocols.includes(protocol)) return ok({ ...HEALTHY, protocol });
  return failed({ reason: "No active listener", missing: protocol, protocols });
}

/** A virtual host is there as a whole, or not at all. */
export function checkVhosts(): Answer {
  return ok(HEALTHY);
}

export function checkQuorum(): Answer {
  return ok({ ...HEALTHY, reason: "single node cluster" });
}

/** Declares a queue, publishes to it and gets the message. The queue stays. */
export function checkAliveness(request: ApiRequest): Answer {
  const vhost = existingVhost(request);
  const name = "aliveness-test";
  return onChannel(() => {
    const declaration = {
      name,
      durable: false,
      autoDelete: false,
      owner: null,
      arguments: new Map(),
    };
    const queue = vhost.declareQueue(declaration, request.actor);
    const content = Content.of({}, Buffer.from("test_message"));
    vhost.publish({ exchange: "", routingKey: name, content }, request.actor);
    if (queue.get(true) !== null) return ok(HEALTHY);
    return failed({ reason: "aliveness-test queue is empty" });
  });
}

function failed(why: object): Answer {
  return { status: 503, body: { status: "failed", ...why } };
}
