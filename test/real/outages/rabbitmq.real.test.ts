import { setTimeout as pause } from "node:timers/promises";
import { startRabbitmq } from "../brokers.ts";
import { survives } from "./outages.ts";

survives(
  () => startRabbitmq(),
  // The server takes its time to be back.
  { mode: "rabbitmq", outages: 1, keepsOrder: true, inFlight: 3 },
  {
    mode: "rabbitmq, quorum queue",
    outages: 1,
    keepsOrder: true,
    inFlight: 3,
    async outage(server) {
      // RabbitMQ notes down new quorum queues now and then: killed before, it has lost them, and answers nothing.
      await pause(3000);
      await server.kill?.();
      await server.restart?.();
    },
  },
);
