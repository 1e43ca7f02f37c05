import { execFile } from "node:child_process";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { identifyKafka } from "../identify-kafka.ts";
import { makeCertificates, type Certificates } from "./certificates.ts";
import { format, javaOptions, kafkaFolder, kafkaVersion } from "./install-kafka.js";
import { borrow, freePorts, NotAvailable, startServer, type RealBroker } from "./server.ts";

export interface RealKafka extends RealBroker {
  /** `host:port`, as of every other of its addresses. */
  readonly url: string;
  /** The port with TLS, where asked for. */
  readonly secure?: Certificates & { readonly url: string };
  /** The ports where one has to log in, without TLS and (where asked for) with it. */
  readonly sasl?: { readonly url: string; readonly secureUrl?: string };
}

export interface KafkaServerOptions {
  /** Further lines of server.properties. */
  readonly config?: string;
  /** Of topics that are made without saying how many. Default 1. */
  readonly partitions?: number;
  /**
   * What clients are told to connect to, where it is not the plain port itself: given that, resolves with the address of
   * a wire to it. `url` stays the port.
   */
  readonly advertised?: (address: string) => Promise<string>;
  /** A second port with TLS. `required`: the client has to show a certificate there. */
  readonly tls?: boolean | "required";
  /**
   * Further ports where these log in, by name with their passwords: with PLAIN, SCRAM-SHA-256, SCRAM-SHA-512; and
   * anybody with OAUTHBEARER and an `unsecuredToken`. Costs two seconds more.
   */
  readonly users?: Readonly<Record<string, string>>;
}

/**
 * Apache Kafka in KRaft mode, one node: two seconds and a half, where install-kafka.js has left its archive of classes.
 * MILLRACE_KAFKA_VERSION chooses the release. A killed one takes a second or two more to `restart`: the controller
 * keeps the place of a broker that has vanished until its session ends.
 */
export async function startKafka(options: KafkaServerOptions = {}): Promise<RealKafka> {
  const lent = process.env["TEST_KAFKA_URL"];
  if (lent && Object.keys(options).length === 0) return borrow(lent, identifyKafka);
  const installed = kafkaFolder(kafkaVersion);
  const install = `node test/real/brokers/install-kafka.js ${kafkaVersion}`;
  await access(installed).catch(() => {
    throw NotAvailable.of({ name: `Kafka ${kafkaVersion}`, install, variable: "TEST_KAFKA_URL" });
  });
  const { config = "", partitions = 1, advertised, tls = false, users } = options;
  let secure: RealKafka["secure"];
  let sasl: RealKafka["sasl"];
  const broker = await startServer({
    name: "kafka",
    install: "apt install default-jre-headless",
    variable: "TEST_KAFKA_URL",
    patience: 150_000,
    disposable: true,
    async prepare(folder) {
      const ports = await freePorts(5);
      const at = (index: number) => `127.0.0.1:${ports[index]}`;
      const listeners: Record<string, string> = { PLAINTEXT: at(0) };
      const lines: string[] = [];
      if (tls) {
        const { client, lines: secured } = await secureLines(folder, tls);
        lines.push(...secured);
        listeners["SSL"] = at(2);
        secure = { ...client, url: at(2) };
      }
      if (users) {
        listeners["SASL_PLAINTEXT"] = at(3);
        if (tls) listeners["SASL_SSL"] = at(4);
        sasl = { url: at(3), ...(tls ? { secureUrl: at(4) } : {}) };
        for (const name of Object.keys(listeners).filter((name) => name.startsWith("SASL")))
          lines.push(...loginLines(name.toLowerCase(), users));
      }
      const file = join(folder, "server.properties");
      const told = { ...listeners, PLAINTEXT: (await advertised?.(at(0))) ?? at(0) };
      const all = [...serverLines(folder, at(1), listeners, told), ...lines];
      await writeFile(file, `${[...all, `num.partitions=${partitions}`, config].join("\n")}\n`);
      const java = await archived(installed);
      if (users) await formatWithUsers(java, file, users);
      else format(folder);
      return {
        command: "java",
        arguments: [...java, "kafka.Kafka", file],
        url: at(0),
        identify: identifyKafka,
      };
    },
  });
  return { ...broker, ...(secure ? { secure } : {}), ...(sasl ? { sasl } : {}) };
}

/** What OAUTHBEARER takes here: a JWT that nobody signed (RFC 7519 §6). */
export function unsecuredToken(name: string, seconds = 3600): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: "none" })}.${part({ sub: name, iat: now, exp: now + seconds })}.`;
}

function serverLines(
  folder: string,
  controller: string,
  listeners: Readonly<Record<string, string>>,
  advertised: Readonly<Record<string, string>>,
): string[] {
  const urls = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, address]) => `${name}://${address}`);
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@${controller}`,
    "controller.listener.names=CONTROLLER",
    `listeners=${[...urls(listeners), `CONTROLLER://${controller}`].join(",")}`,
    `advertised.listeners=${urls(advertised).join(",")}`,
    `listener.security.protocol.map=CONTROLLER:PLAINTEXT,${Object.keys(listeners)
      .map((name) => `${name}:${name}`)
      .join(",")}`,
    "inter.broker.listener.name=PLAINTEXT",
    `log.dirs=${join(folder, "data")}`,
    // One node can keep one copy.
    "offsets.topic.replication.factor=1",
    "offsets.topic.num.partitions=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "transaction.state.log.num.partitions=1",
    "share.coordinator.state.topic.replication.factor=1",
    "share.coordinator.state.topic.min.isr=1",
    "share.coordinator.state.topic.num.partitions=1",
    // Tests wait for none of these.
    "group.initial.rebalance.delay.ms=0",
    "broker.session.timeout.ms=2000",
    "broker.heartbeat.interval.ms=250",
    "num.network.threads=2",
    "num.io.threads=2",
    "log.cleaner.dedupe.buffer.size=8388608",
  ];
}

async function secureLines(folder: string, tls: true | "required") {
  const { client, files } = await makeCertificates(folder);
  const pair = join(folder, "server.pem");
  const parts = [files.serverKey, files.serverCert].map((file) => readFile(file, "utf8"));
  await writeFile(pair, (await Promise.all(parts)).join(""), { mode: 0o600 });
  const lines = [
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${pair}`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${files.ca}`,
    `ssl.client.auth=${tls === "required" ? "required" : "requested"}`,
  ];
  return { client, lines };
}

function loginLines(listener: string, users: Readonly<Record<string, string>>): string[] {
  const prefix = `listener.name.${listener}`;
  const security = "org.apache.kafka.common.security";
  const passwords = Object.entries(users).map(([name, word]) => `user_${name}="${word}"`);
  return [
    `${prefix}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER`,
    `${prefix}.plain.sasl.jaas.config=${security}.plain.PlainLoginModule required ${passwords.join(" ")};`,
    `${prefix}.scram-sha-256.sasl.jaas.config=${security}.scram.ScramLoginModule required;`,
    `${prefix}.scram-sha-512.sasl.jaas.config=${security}.scram.ScramLoginModule required;`,
    `${prefix}.oauthbearer.sasl.jaas.config=${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  ];
}

/** SCRAM's users are part of the cluster's state, which is written when it is formatted (KIP-900). */
async function formatWithUsers(
  java: readonly string[],
  file: string,
  users: Readonly<Record<string, string>>,
): Promise<void> {
  const scram = Object.entries(users).flatMap(([name, password]) =>
    ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  const cluster = ["-t", "bWlsbHJhY2UtcmVhbC10ZQ", "-c", file];
  await promisify(execFile)("java", [
    ...java,
    "kafka.tools.StorageTool",
    "format",
    ...cluster,
    ...scram,
  ]);
}

/** The Java options, with the archive of classes where there is one. */
async function archived(installed: string): Promise<string[]> {
  const archive = join(installed, "classes.jsa");
  const options = javaOptions(installed);
  return access(archive).then(
    () => [`-XX:SharedArchiveFile=${archive}`, "-Xlog:cds=off", ...options],
    () => options,
  );
}
