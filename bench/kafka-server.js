/** Apache Kafka as one node, from the jars that test/real/brokers/install-kafka.js has brought, with the memory it takes by default. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { answers, end, freePort, Missing } from "./servers.js";

const version = process.env["MILLRACE_KAFKA_VERSION"] || "3.9.1";

/** @returns {Promise<import("./servers.js").Server>} */
export async function startKafka() {
  const cache = process.env["MILLRACE_CI_CACHE"] || join(homedir(), ".cache", "millrace-ci");
  const jars = join(cache, `kafka-${version}`, "libs");
  if (!existsSync(jars)) throw new Missing(`Kafka ${version} is not installed`);
  const [port, controller] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  await mkdir(join(folder, "data"));
  await writeFile(
    join(folder, "data", "meta.properties"),
    "version=1\ncluster.id=bWlsbHJhY2UtcmVhbC10ZQ\nnode.id=1\ndirectory.id=dGhlLW9ubHktZm9sZGVyLQ\n",
  );
  const file = join(folder, "server.properties");
  await writeFile(file, `${settings(folder, port, controller).join("\n")}\n`);
  const options = ["-Xmx1g", "-Xms1g", "-XX:+UseG1GC"];
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  const child = spawn("java", [...options, quiet, "-cp", join(jars, "*"), "kafka.Kafka", file], {
    stdio: "ignore",
  });
  const missing = once(child, "error").then(() => {
    throw new Missing("java is not installed");
  });
  const ended = once(child, "exit").then(() => {
    throw new Error("Kafka ended before it was ready");
  });
  await Promise.race([missing, ended, answers(port, 60_000)]);
  return {
    url: `127.0.0.1:${port}`,
    async stop() {
      ended.catch(() => {});
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** One node can keep one copy, and nobody waits for a second member. @param {string} folder @param {number} port @param {number} controller */
function settings(folder, port, controller) {
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    "controller.listener.names=CONTROLLER",
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    `log.dirs=${join(folder, "data")}`,
    "offsets.topic.replication.factor=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
  ];
}
