/** The same spec on nats-server. */
import { startNatsServer } from "../real/brokers.ts";
import { natsPromises } from "./nats.spec.ts";

natsPromises(({ auth, maxPayload }) => {
  const credentials =
    auth !== undefined &&
    ("token" in auth
      ? `token: "${auth.token}"`
      : `user: "${auth.user}", password: "${auth.password}"`);
  return startNatsServer(
    [
      credentials ? `authorization { ${credentials} }` : "",
      maxPayload === undefined ? "" : `max_payload: ${maxPayload}`,
    ].join("\n"),
  );
});
