import { startMosquitto } from "./brokers.ts";
import { losesNothing } from "./no-loss.ts";

losesNothing("mosquitto", startMosquitto, {
  rounds: Number(process.env["MILLRACE_ROUNDS"] ?? 2),
  kills: 3,
});
