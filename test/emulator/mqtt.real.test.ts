/** The same spec on mosquitto. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startMosquitto } from "../real/brokers.ts";
import { mqttGaps } from "./mqtt-gaps.ts";
import { mqttPromises } from "./mqtt.spec.ts";

mqttPromises(async ({ auth }) => {
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
});

/** As mosquitto_passwd writes it: PBKDF2 with SHA-512, its rounds and salt before it. */
function hashed(password: string): string {
  const salt = randomBytes(12);
  return `$7$101$${salt.toString("base64")}$${pbkdf2Sync(password, salt, 101, 64, "sha512").toString("base64")}`;
}

/** mosquitto keeps what the emulator does not promise yet: the table names real things. */
describe("what is an open gap of the emulator", () => {
  test.each(Object.entries(mqttGaps))("%s", async (_, promised) => {
    await using broker = await startMosquitto();
    await expect(promised(broker.url)).resolves.toBeUndefined();
  });
});
