/** What Confluent's client says to its logger, and nobody else. */

export interface ConfluentLogger {
  info: Log;
  error: Log;
  warn: Log;
  debug: Log;
  namespace(namespace: string, level?: number): ConfluentLogger;
  setLogLevel(level: number): void;
}

type Log = (message: string, extra?: object) => void;

/** Tells of errors, and gives everything on to its owner's logger, where there is one. */
export function loggerTo(
  heard: (text: string) => void = () => {},
  owners: () => ConfluentLogger | undefined = () => undefined,
): ConfluentLogger {
  const logger: ConfluentLogger = {
    info: (message, extra) => owners()?.info(message, extra),
    warn: (message, extra) => owners()?.warn(message, extra),
    debug: (message, extra) => owners()?.debug(message, extra),
    error(message, extra) {
      owners()?.error(message, extra);
      heard(message);
    },
    namespace: () => logger,
    // The owner's has its level already.
    setLogLevel() {},
  };
  return logger;
}
