/** The first connection of a client: made, or the reason why not. */
import type { MqttClient } from "./driver.ts";
import { disconnected } from "./reasons.ts";

/** Resolves with the first connection; rejects with the first error instead. */
export function opened(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason: Error | undefined;
    const note = (error: Error) => (reason ??= error);
    const settle = (error?: Error) => {
      client.off("connect", onConnect);
      client.off("error", settle);
      client.off("close", onClose);
      client.off("disconnect", onDisconnect);
      client.stream.off("error", note);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onConnect = () => settle();
    const onDisconnect = (packet: object) => settle(disconnected(packet));
    const onClose = () => settle(reason ?? new Error("it closed the connection"));
    client.on("connect", onConnect);
    client.on("error", settle);
    client.on("close", onClose);
    client.on("disconnect", onDisconnect);
    // The client tells only of errors that have a code.
    client.stream.on("error", note);
  });
}
