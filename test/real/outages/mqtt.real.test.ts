import { startMosquitto } from "../brokers.ts";
import { survives } from "./outages.ts";

survives(() => startMosquitto(), {
  mode: "mqtt",
  // mosquitto writes its sessions down when it ends in order: killed, it forgets them.
  outage: (server) => server.restart?.() ?? Promise.resolve(),
  keepsOrder: true,
  inFlight: 3,
});
