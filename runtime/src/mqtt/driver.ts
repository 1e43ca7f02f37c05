/**
 * MQTT by the package "mqtt" (MQTT.js 5): the only file that imports it.
 *
 * The first connection publishes and asks; its client id is new each time. Each subscriber has a
 * connection besides: the window of unacknowledged messages is a connection's, so that one subscriber never holds back
 * another; a connection's filters may overlap, and 3.1.1 does not say which of them a message matched; and with QoS > 0
 * its session is kept under a client id that is the same after a restart.
 */
import { randomBytes } from "node:crypto";
import type {
  IClientOptions,
  IClientPublishOptions,
  IClientSubscribeOptions,
  IPublishPacket,
  MqttClient as Client,
} from "mqtt";
import type { Connect } from "../driver.ts";
import { ClientMissingError, ConnectError } from "../errors.ts";
import { parseServerUrl } from "../server-url.ts";
import { refuseConnectionOptions } from "./check.ts";
import { clientOptions, willOf } from "./client-options.ts";
import { ConnectedMqtt } from "./connected.ts";
import { Link } from "./link.ts";
import type { Mqtt5Will, MqttOptions } from "./options.ts";
import { codeOf } from "./reasons.ts";
import type { OpenLink } from "./subscriptions.ts";

/** A client of the package "mqtt". */
export type MqttClient = Client;
/** A received PUBLISH. */
export type MqttPacket = IPublishPacket;
export type { IClientOptions, IClientPublishOptions, IClientSubscribeOptions };

/** Connects with these options; see {@link MqttOptions}. `url` gives the address when it is needed. */
export function connectMqtt(options: MqttOptions, url: () => string): Connect {
  return async (context) => {
    const { logger } = context;
    const mqtt = await import("mqtt").catch((cause: unknown) => {
      throw new ClientMissingError("mqtt", { cause });
    });
    const name = options.name ?? context.clientName;
    const timeout = options.connectTimeout ?? 5000;
    if (options.client !== undefined && context.url === undefined) {
      const main = await Link.adopt(options.client, { context, timeout });
      return new ConnectedMqtt({ context, options, main, open: undefined, name });
    }

    const server = parseServerUrl(context.url ?? url(), "mqtt");
    const common = clientOptions(options, server, {
      elsewhere: context.url !== undefined || options.url === undefined,
      warn: (message) => logger.warn(message),
    });
    const { maximumPacketSize, will } = options;
    const limit = maximumPacketSize === undefined ? {} : { maximumPacketSize };
    const speaking =
      (protocolVersion: 4 | 5): OpenLink =>
      ({ clientId, session, will: carried, ...opening }) =>
        Link.open({
          context,
          address: server.address,
          timeout,
          ...opening,
          make: (more) =>
            mqtt.connect(server.address, {
              ...common,
              ...more,
              clientId,
              protocolVersion,
              ...(protocolVersion === 5 ? { properties: { ...session, ...limit } } : {}),
              ...(carried === undefined ? {} : { will: willOf(carried) }),
            }),
        });
    const clientId = `${name}-pub-${randomBytes(4).toString("hex")}`;
    // One with a delay has a connection of its own, by whose client id the broker knows that we are back.
    const delayed = will?.delay !== undefined && will.delay > 0;
    const carried = will === undefined || delayed ? {} : { will };
    // 3.1.1 would keep a session for ever.
    const three = async () => {
      const main = await speaking(4)({ clientId, kept: false, ...carried });
      return new ConnectedMqtt({ context, options, main, open: speaking(4), name });
    };
    if (options.protocol === "3.1.1") return three();
    try {
      // QoS 2 needs a session to outlive a lost connection.
      const session = { sessionExpiryInterval: 60 };
      const main = await speaking(5)({ clientId, kept: true, session, ...carried });
      const driver = new ConnectedMqtt({ context, options, main, open: speaking(5), name });
      if (delayed) await leaveWill(driver, will);
      return driver;
    } catch (error) {
      if (options.protocol !== undefined || !refusesVersion(error)) throw error;
    }
    logger.warn(
      `MQTT at ${server.address} does not speak version 5; using 3.1.1, which carries no headers and answers no requests`,
    );
    refuseConnectionOptions(options);
    return three();
  };
}

async function leaveWill(driver: ConnectedMqtt, will: Mqtt5Will): Promise<void> {
  try {
    await driver.leaveWill(will);
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** 132 is MQTT 5's "unsupported protocol version", 1 the older CONNACK's. */
function refusesVersion(error: unknown): boolean {
  const code = error instanceof ConnectError ? codeOf(error.cause) : undefined;
  return code === 132 || code === 1;
}
