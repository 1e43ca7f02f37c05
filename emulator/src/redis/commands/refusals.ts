/** Why the server, as it is now, runs no such command: for clients and for scripts in the same words. */
import { Failure } from "../values.ts";

export const OUT_OF_MEMORY: Failure = new Failure(
  "OOM command not allowed when used memory > 'maxmemory'.",
);
export const NO_REPLICAS: Failure = new Failure("NOREPLICAS Not enough good replicas to write.");
export const READ_ONLY_REPLICA: Failure = new Failure(
  "READONLY You can't write against a read only replica.",
);
export const MASTER_DOWN: Failure = new Failure(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);
