/**
 * Brings Apache Kafka's jars by Maven into a folder outside the repository, starts it once to see that it runs, and
 * keeps the classes that this loaded as an archive, which makes each later start twice as quick.
 *
 *   node test/real/brokers/install-kafka.js            what MILLRACE_KAFKA_VERSION names
 *   node test/real/brokers/install-kafka.js 4.1.1
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const kafkaVersion = process.env["MILLRACE_KAFKA_VERSION"] || "3.9.1";

/** @param {string} version */
export function kafkaFolder(version) {
  const cache = process.env["MILLRACE_CI_CACHE"] || join(homedir(), ".cache", "millrace-ci");
  return join(cache, `kafka-${version}`);
}

/** The Java options of every start, so that the archive fits. @param {string} folder */
export function javaOptions(folder) {
  return [
    ...["-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    ...["-Djava.net.preferIPv4Stack=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"],
    ...["-cp", join(folder, "libs", "*")],
  ];
}

/** One node that is broker and controller, formatted without Kafka's tool, whose JVM takes two seconds more. @param {string} folder */
export function format(folder) {
  mkdirSync(join(folder, "data"), { recursive: true });
  const lines = ["version=1", "cluster.id=bWlsbHJhY2UtcmVhbC10ZQ", "node.id=1"];
  writeFileSync(
    join(folder, "data", "meta.properties"),
    `${[...lines, "directory.id=dGhlLW9ubHktZm9sZGVyLQ"].join("\n")}\n`,
  );
}

/** @param {string} version */
async function install(version) {
  const folder = kafkaFolder(version);
  if (!existsSync(folder)) download(version, folder);
  if (!existsSync(join(folder, "classes.jsa"))) await archive(folder);
  console.log(`Apache Kafka ${version} is in ${folder}`);
}

/** @param {string} version @param {string} folder */
function download(version, folder) {
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    writeFileSync(join(fresh, "pom.xml"), pom(version));
    const { status, error } = spawnSync(
      "mvn",
      [
        ...["-q", "-B", "-f", join(fresh, "pom.xml"), "dependency:copy-dependencies"],
        ...["-DincludeScope=runtime", `-DoutputDirectory=${join(fresh, "libs")}`],
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    if (error)
      throw new Error("Maven brings Kafka's jars: apt install maven", {
        cause: error,
      });
    if (status !== 0) throw new Error(`Maven ended with ${status}`);
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Kafka 3 still names classes of log4j; what it logs goes to stderr by slf4j-simple in both. @param {string} version */
function pom(version) {
  const dependencies = [
    ["org.apache.kafka", "kafka_2.13", version],
    ["org.slf4j", "slf4j-simple", "1.7.36"],
    ...(version.startsWith("3.") ? [["ch.qos.reload4j", "reload4j", "1.2.25"]] : []),
  ].map(
    ([group, artifact, release]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${release}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>real-kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join("\n")}</dependencies></project>
`;
}

/** @param {string} folder */
async function archive(folder) {
  const place = mkdtempSync(join(tmpdir(), "millrace-install-kafka-"));
  try {
    const [port, controller] = [await freePort(), await freePort()];
    const file = join(place, "server.properties");
    format(place);
    writeFileSync(
      file,
      `${[
        ...["process.roles=broker,controller", "node.id=1", `log.dirs=${join(place, "data")}`],
        `controller.quorum.voters=1@127.0.0.1:${controller}`,
        "controller.listener.names=CONTROLLER",
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
      ].join("\n")}\n`,
    );
    const made = join(folder, `classes.${process.pid}`);
    const options = javaOptions(folder);
    const started = "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info";
    const java = spawn(
      "java",
      [
        `-XX:ArchiveClassesAtExit=${made}`,
        "-Xlog:cds=error",
        started,
        ...options,
        "kafka.Kafka",
        file,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let output = "";
    /** @type {Promise<number | null>} */
    const ended = new Promise((yes, no) => java.on("exit", yes).on("error", no));
    for (const stream of [java.stdout, java.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
        if (output.includes("Kafka Server started")) java.kill("SIGTERM");
      });
    const late = setTimeout(() => java.kill("SIGKILL"), 120_000);
    await ended.finally(() => clearTimeout(late));
    if (!output.includes("Kafka Server started")) {
      rmSync(made, { force: true });
      throw new Error(`Kafka does not start:\n${output}`);
    }
    if (existsSync(made)) renameSync(made, join(folder, "classes.jsa"));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((yes, no) => {
    const probe = createServer().on("error", no);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? yes(address.port) : no(new Error("no port")),
      );
    });
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await install(process.argv[2] ?? kafkaVersion);
