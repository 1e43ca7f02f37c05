import { startNatsServer } from "../brokers.ts";
import { survives } from "./outages.ts";

// A message that was on its way when the server or the connection went comes again after `ackWait`, behind others.
survives(() => startNatsServer("jetstream {}"), {
  mode: "nats jetstream",
  keepsOrder: false,
  inFlight: 3,
});
