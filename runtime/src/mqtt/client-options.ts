/** A broker's options as the client wants them. */
import { DeclarationError } from "../errors.ts";
import type { ServerUrl } from "../server-url.ts";
import type { IClientOptions } from "./driver.ts";
import { writeHeaders } from "./message.ts";
import type { Mqtt5Will, MqttOptions, MqttTls } from "./options.ts";

/**
 * Credentials, TLS, keep-alive. `elsewhere`: the environment or a test says where to connect, so that TLS options may be
 * of no use, which `warn` is told.
 * @throws {DeclarationError} for TLS options with a URL that is not encrypted.
 */
export function clientOptions(
  options: MqttOptions,
  server: ServerUrl,
  { elsewhere, warn }: { elsewhere: boolean; warn: (message: string) => void },
): IClientOptions {
  const username = options.user ?? server.user;
  const password = options.password ?? server.password;
  const encrypted = /^(mqtts|ssl|tls|wss):/.test(server.address);
  if (options.tls !== undefined && !encrypted) {
    const text = `tls is given, but ${server.address} is not encrypted: write mqtts:// or wss://`;
    if (!elsewhere) throw new DeclarationError(text);
    warn(text);
  }
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(options.tls !== undefined && encrypted ? tlsOptions(options.tls) : {}),
    ...(options.webSocketHeaders === undefined
      ? {}
      : { wsOptions: { headers: { ...options.webSocketHeaders } } }),
    keepalive: options.keepalive ?? 30,
  };
}

function tlsOptions({ ca, alpnProtocols, ...rest }: MqttTls): IClientOptions {
  return {
    ...rest,
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }),
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
  };
}

/** The will of either version; of MQTT 5 its properties too. */
export function willOf(will: Mqtt5Will): NonNullable<IClientOptions["will"]> {
  const { topic, payload, qos = 1, retain = false } = will;
  const { delay, expiry, headers = {}, payloadFormat, responseTopic, correlationData } = will;
  const properties = {
    ...writeHeaders(headers),
    ...(delay === undefined ? {} : { willDelayInterval: delay }),
    ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
    ...(payloadFormat === undefined ? {} : { payloadFormatIndicator: payloadFormat === "utf-8" }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined
      ? {}
      : { correlationData: Buffer.from(correlationData as string) }),
  };
  return {
    topic,
    payload: Buffer.from(payload as string),
    qos,
    retain,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
}
