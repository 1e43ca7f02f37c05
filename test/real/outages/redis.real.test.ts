// The server writes each command to disk before it answers (appendfsync always).
import { startRedis } from "../brokers.ts";
import { survives } from "./outages.ts";

survives(
  () => startRedis(),
  { mode: "redis stream", keepsOrder: false, inFlight: 3 },
  { mode: "redis list", keepsOrder: false, inFlight: 3 },
);
