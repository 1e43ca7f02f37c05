/** rabbitmq-server as a process of its own, with nothing of it outside its folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, end, freePort, Missing } from "./servers.js";

/** Where packages put it; the command in the PATH becomes another user. */
const HOMES = "/usr/lib/rabbitmq/lib";

/** @returns {Promise<import("./servers.js").Server>} */
export async function startRabbitmq() {
  const versions = await readdir(HOMES).catch(() => []);
  const version = versions.at(-1);
  if (version === undefined) throw new Missing("rabbitmq-server is not installed");
  const [port, distribution] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  await writeFile(join(folder, "rabbitmq.conf"), `listeners.tcp.1 = 127.0.0.1:${port}\n`);
  await writeFile(join(folder, "enabled_plugins"), "[].\n");
  const child = spawn(join(HOMES, version, "sbin", "rabbitmq-server"), {
    stdio: "ignore",
    env: {
      ...process.env,
      HOME: folder,
      RABBITMQ_NODENAME: "bench@localhost",
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
      RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
      RABBITMQ_DIST_PORT: String(distribution),
      // The script becomes the server, so that a signal to it is one to the server.
      RABBITMQ_ALLOW_INPUT: "true",
      // One node, whose port is known, needs no daemon that knows ports.
      ERL_AFLAGS: "-start_epmd false",
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput -sname bench@localhost -erl_epmd_port ${distribution}`,
    },
  });
  await Promise.race([
    answers(port, 60_000),
    once(child, "exit").then(() => {
      throw new Error("rabbitmq-server ended before it was ready");
    }),
  ]);
  return {
    url: `amqp://127.0.0.1:${port}`,
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
