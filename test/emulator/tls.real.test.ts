/** The TLS spec on the real servers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startKafka,
  startMosquitto,
  startNatsServer,
  startRabbitmq,
  startRedis,
} from "../real/brokers.ts";
import { makeCertificates } from "../real/brokers/certificates.ts";
import { freePorts } from "../real/brokers/server.ts";
import { tlsPromises } from "./tls.spec.ts";

tlsPromises(async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-tls-"));
  const { client, files } = await makeCertificates(folder);
  const [port, api] = (await freePorts(2)) as [number, number];
  const [kafka, rabbitmq, redis, mosquitto, nats] = await Promise.all([
    startKafka({ tls: "required" }),
    startRabbitmq({
      tls: "required",
      plugins: ["rabbitmq_management"],
      config: `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${api}`,
    }),
    startRedis({ tls: "required" }),
    startMosquitto(
      `listener ${port} 127.0.0.1\nrequire_certificate true\ncafile ${files.ca}\ncertfile ${files.serverCert}\nkeyfile ${files.serverKey}`,
    ),
    startNatsServer(
      `allow_non_tls: true\ntls { cert_file: "${files.serverCert}", key_file: "${files.serverKey}", ca_file: "${files.ca}", verify: true }`,
    ),
  ]);
  return {
    addresses: {
      kafka: kafka.secure!,
      rabbitmq: rabbitmq.secure!,
      redis: redis.secure!,
      mqtt: { ...client, url: `mqtts://127.0.0.1:${port}` },
      nats: { ...client, url: nats.url.replace("nats:", "tls:") },
    },
    management: `http://127.0.0.1:${api}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka, rabbitmq, redis, mosquitto, nats].map((server) => server.stop()));
      await rm(folder, { recursive: true });
    },
  };
});
