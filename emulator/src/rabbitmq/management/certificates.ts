/** Which of the server's certificates end soon. https://www.rabbitmq.com/docs/monitoring#health-checks */
import { X509Certificate } from "node:crypto";
import { type Answer, badRequest, ok } from "./answer.ts";
import { type ApiRequest, named } from "./request.ts";

/** In days, as RabbitMQ counts them. */
const UNITS = new Map([
  ["days", 1],
  ["weeks", 7],
  ["months", 365 / 12],
  ["years", 365],
]);

const DAY = 86_400_000;

export function checkCertificates(request: ApiRequest): Answer {
  const { broker, server } = request;
  const given = named(request, "within");
  if (!/^\d+$/.test(given)) throw badRequest("Invalid expiration value.");
  const days = UNITS.get(named(request, "unit").toLowerCase());
  if (days === undefined)
    throw badRequest("Time unit not recognised. Supported units: days, weeks, months, years.");
  const end = broker.clock.now() + Number(given) * days * DAY;
  const { cert = "", ca = "" } = broker.tls ?? {};
  const expired = [endsBefore(end, cert), endsBefore(end, ca)] as const;
  if (expired.every((times) => times.length === 0)) return ok({ status: "ok" });
  const listener = {
    node: broker.node,
    protocol: "amqp/ssl",
    interface: "127.0.0.1",
    port: server.tls?.port,
    certfile_expires_on: expired[0],
    cacertfile_expires_on: expired[1],
  };
  const why = { reason: "Certificates expiring", expired: [listener] };
  return { status: 503, body: { status: "failed", ...why } };
}

/** Of all that stand in the PEM. */
function endsBefore(end: number, pem: string): readonly string[] {
  const all = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return all
    .map((each) => new Date(new X509Certificate(each).validTo))
    .filter((until) => until.getTime() < end)
    .map((until) =>
      until
        .toISOString()
        .replace(/T0?/, " ")
        .replace(/\.\d+Z$/, ""),
    );
}
