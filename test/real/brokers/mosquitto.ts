import { pbkdf2Sync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifyMqtt } from "../identify.ts";
import { borrow, freePort, startServer, type RealBroker } from "./server.ts";

/**
 * mosquitto; about 50 ms. `config`: further lines of its configuration file. With `credentials` nobody else may connect.
 */
export async function startMosquitto(
  config = "",
  credentials: { username?: string; password?: string } = {},
): Promise<RealBroker> {
  const identify = (url: string) => identifyMqtt(url, credentials);
  const lent = process.env["TEST_MQTT_URL"];
  const { username, password } = credentials;
  if (lent && config === "" && username === undefined) return borrow(lent, identify);
  const guarded =
    username !== undefined && password !== undefined && !config.includes("password_file");
  return startServer({
    name: "mosquitto",
    install: "apt install mosquitto",
    variable: "TEST_MQTT_URL",
    async prepare(folder) {
      const port = await freePort();
      const file = join(folder, "server.conf");
      const passwords = join(folder, "passwords");
      if (guarded) await writeFile(passwords, `${username}:${hashed(password)}\n`, { mode: 0o600 });
      const lines = [
        `listener ${port} 127.0.0.1`,
        ...(guarded ? ["allow_anonymous false", `password_file ${passwords}`] : []),
        ...(guarded || config.includes("allow_anonymous") ? [] : ["allow_anonymous true"]),
        // Started by root it would become a user who may not read the folder.
        ...(process.getuid?.() === 0 ? ["user root"] : []),
        "persistence true",
        `persistence_location ${folder}/`,
        config,
        "",
      ];
      await writeFile(file, lines.join("\n"));
      return {
        command: "mosquitto",
        arguments: ["-c", file],
        url: `mqtt://127.0.0.1:${port}`,
        identify,
      };
    },
  });
}

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512, its rounds and salt before it. */
function hashed(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, "sha512");
  return `$7$101$${salt.toString("base64")}$${hash.toString("base64")}`;
}
