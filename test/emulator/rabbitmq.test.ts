/** The RabbitMQ spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { rabbitmqPromises } from "./rabbitmq.spec.ts";

rabbitmqPromises(async () => {
  const emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
});
