/** The same spec on mosquitto. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMosquitto } from "../real/brokers.ts";
import { mqttLimits } from "./mqtt-limits.spec.ts";
import { mqttPromises, type MqttServerConfig, type StartedServer } from "./mqtt.spec.ts";

mqttPromises(start);
mqttLimits(() => start({}));

async function start({ auth }: MqttServerConfig): Promise<StartedServer> {
  if (auth === undefined) return startMosquitto();
  const folder = await mkdtemp(join(tmpdir(), "millrace-passwords-"));
  const file = join(folder, "passwords");
  await writeFile(file, `${auth.user}:${hashed(auth.password)}\n`, { mode: 0o600 });
  const broker = await startMosquitto(`allow_anonymous false\npassword_file ${file}`, {
    username: auth.user,
    password: auth.password,
  });
  return {
    url: broker.url,
    async [Symbol.asyncDispose]() {
      await broker.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512, its rounds and salt before it. */
function hashed(password: string): string {
  const salt = randomBytes(12);
  return `$7$101$${salt.toString("base64")}$${pbkdf2Sync(password, salt, 101, 64, "sha512").toString("base64")}`;
}
