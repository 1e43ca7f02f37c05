/**
 * What an MQTT 3.1.1 broker does, as clients see it; the same with MQTT 5 clients, and what MQTT 5 adds. Run on the
 * emulator by mqtt.test.ts and on mosquitto by mqtt.real.test.ts: both must agree. Holds from mosquitto 2.0 on. Each
 * subject is a file beside this one; their topics are their own, for they share one server.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mqtt } from "./mqtt-clients.ts";
import { mqttDelivery } from "./mqtt-delivery.spec.ts";
import { mqttFive } from "./mqtt-five.spec.ts";
import { mqttMatching } from "./mqtt-matching.spec.ts";
import { mqttPackets } from "./mqtt-packets.spec.ts";
import { mqttRetained } from "./mqtt-retained.spec.ts";
import { mqttSessions } from "./mqtt-sessions.spec.ts";

export interface MqttServerConfig {
  readonly auth?: { readonly user: string; readonly password: string };
}

export interface StartedServer extends AsyncDisposable {
  readonly url: string;
}

/** `start` gives a server of this configuration. */
export function mqttPromises(start: (config: MqttServerConfig) => Promise<StartedServer>): void {
  /** One server for all that need nothing special. */
  let plain: StartedServer;
  beforeAll(async () => {
    plain = await start({});
  });
  afterAll(() => plain[Symbol.asyncDispose]());
  const url = () => plain.url;

  mqttPackets(url);
  mqttMatching(url);
  mqttDelivery(url);
  mqttRetained(url);
  mqttSessions(url);
  mqttFive(url);

  describe.each([4, 5] as const)("logging in, protocol version %d", (version) => {
    test("lets in who knows the password and nobody else", async () => {
      await using server = await start({ auth: { user: "anna", password: "s3cret" } });
      await using client = await mqtt(server.url, version, {
        username: "anna",
        password: "s3cret",
      });
      expect(client.connected).toBe(true);
      const code = version === 5 ? 0x87 : 5;
      await expect(
        mqtt(server.url, version, { username: "anna", password: "secret" }),
      ).rejects.toMatchObject({ code });
      await expect(mqtt(server.url, version)).rejects.toMatchObject({ code });
    });
  });
}
