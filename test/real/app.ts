/** An app around one broker, as most tests here need it. */
import { App, createLogger, type AnyBroker, type Logger } from "millrace";

export const quiet: Logger = createLogger({ level: "silent" });

export async function start(broker: AnyBroker, logger: Logger = quiet): Promise<App> {
  const app = new App(broker, { title: "special", logger });
  await app.start();
  return app;
}
