/** Who answers at an address: the server's own name and version. The emulator is refused by its own marker. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import mqtt from "mqtt";

/** Somebody answers, but it is not the server that was asked for. */
export class NotTheRealThing extends Error {
  override name = "NotTheRealThing";
}

/** Reads the INFO line, the first thing a NATS server says. */
export async function identifyNats(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port || 4222), hostname);
  try {
    let text = "";
    socket.setTimeout(2000, () => socket.destroy(new Error(`${url} says nothing`)));
    while (!text.includes("\r\n")) text += String((await once(socket, "data"))[0]);
    const info = JSON.parse(text.slice("INFO ".length, text.indexOf("\r\n"))) as {
      server_name: string;
      version: string;
      go?: string;
    };
    if (info.server_name === "millrace-emulator" || !info.go) {
      throw new NotTheRealThing(
        `${url} is "${info.server_name}", not nats-server: these tests compare with the real one`,
      );
    }
    return `nats-server ${info.version}`;
  } finally {
    socket.destroy();
  }
}

/** mosquitto retains its version under `$SYS/broker/version`; brokers of other makes do not. */
export async function identifyMqtt(
  url: string,
  credentials: { username?: string; password?: string } = {},
): Promise<string> {
  const client = await mqtt.connectAsync(
    url,
    { ...credentials, reconnectPeriod: 0, connectTimeout: 2000 },
    false,
  );
  try {
    const answer = new Promise<string>((resolve) =>
      client.once("message", (_, payload) => resolve(payload.toString())),
    );
    await client.subscribeAsync("$SYS/broker/version");
    const silent = pause(2000, undefined, { ref: false }).then(() => {
      throw new NotTheRealThing(
        `${url} does not publish $SYS/broker/version, so it is not mosquitto: these tests compare with the real one`,
      );
    });
    const version = await Promise.race([answer, silent]);
    if (!version.startsWith("mosquitto "))
      throw new NotTheRealThing(`${url} says it is "${version}", not mosquitto`);
    return version.replace(" version ", " ");
  } finally {
    await client.endAsync(true);
  }
}

/** INFO names the executable and the commit it was built from; servers that only speak the protocol leave them out. */
export async function identifyRedis(
  url: string,
  options: Pick<RedisOptions, "username" | "password"> = {},
): Promise<string> {
  const client = new Redis(url, {
    ...options,
    lazyConnect: true,
    protocol: 2,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: 2000,
  });
  // The rejected promise below says the same.
  client.on("error", () => {});
  try {
    await client.connect();
    const info = await client.info("server");
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim();
    const version = field("redis_version");
    if (info.includes("millrace-emulator") || !field("redis_git_sha1") || !field("executable")) {
      throw new NotTheRealThing(
        `${url} answers as version ${version} without saying which executable it is, so it is not redis-server: these tests compare with the real one`,
      );
    }
    return `redis-server ${version}`;
  } finally {
    client.disconnect();
  }
}
