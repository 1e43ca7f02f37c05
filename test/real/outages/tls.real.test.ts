/** Brokers that go and come back, connected to with TLS: every new connection is proved again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import {
  type RealBroker,
  startKafka,
  startMosquitto,
  startNatsServer,
  startRabbitmq,
  startRedis,
} from "../brokers.ts";
import { type CertificateFiles, makeCertificates } from "../brokers/certificates.ts";
import { freePort } from "../brokers/server.ts";
import { type OutageOptions, type Server, survives } from "./outages.ts";

const once = { rounds: 1, outages: 1, onlyOutages: true } as const;

/** `secure`: where it listens with TLS, and whose certificate it shows. */
async function securely<Broker extends RealBroker & { secure?: { url: string; ca: string } }>(
  starting: Promise<Broker>,
): Promise<Server> {
  const broker = await starting;
  const { url = "", ca = "" } = broker.secure ?? {};
  return { ...broker, url, ca };
}

/** For those whose configuration names the files. */
async function withCertificates(
  start: (files: CertificateFiles) => Promise<RealBroker>,
  url?: string,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-outage-tls-"));
  const { client, files } = await makeCertificates(folder);
  const broker = await start(files);
  return {
    ...broker,
    url: url ?? broker.url,
    ca: client.ca,
    async stop() {
      await broker.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const modes: readonly (OutageOptions & { start: () => Promise<Server> })[] = [
  {
    ...once,
    mode: "kafka",
    keepsOrder: true,
    inFlight: 10,
    start: () => securely(startKafka({ partitions: 3, tls: true })),
  },
  {
    ...once,
    mode: "rabbitmq",
    keepsOrder: true,
    inFlight: 3,
    start: () => securely(startRabbitmq({ tls: true })),
  },
  {
    ...once,
    mode: "redis stream",
    keepsOrder: false,
    inFlight: 3,
    start: () => securely(startRedis({ tls: true })),
  },
  {
    ...once,
    mode: "nats jetstream",
    keepsOrder: false,
    inFlight: 3,
    start: () =>
      withCertificates(({ serverCert, serverKey }) =>
        startNatsServer(
          `jetstream {}\ntls { cert_file: ${JSON.stringify(serverCert)}, key_file: ${JSON.stringify(serverKey)} }`,
        ),
      ),
  },
  {
    ...once,
    mode: "mqtt",
    keepsOrder: true,
    inFlight: 3,
    outage: (server) => server.restart?.() ?? Promise.resolve(),
    async start() {
      const port = await freePort();
      const start = ({ ca, serverCert, serverKey }: CertificateFiles) =>
        startMosquitto(
          [
            `listener ${port} 127.0.0.1`,
            `cafile ${ca}\ncertfile ${serverCert}\nkeyfile ${serverKey}`,
          ].join("\n"),
        );
      return withCertificates(start, `mqtts://localhost:${port}`);
    },
  },
];

describe.each(modes)("$mode", ({ start, ...options }) => {
  survives(start, options);
});
