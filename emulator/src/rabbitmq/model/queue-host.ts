/** What the queues of one virtual host share. */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import type { QueueHost, QueueTimer, VirtualHost } from "./contract.ts";
import { DeadLetters } from "./dead-letters.ts";

export function createQueueHost(
  clock: Clock,
  vhost: VirtualHost,
  record: QueueHost["record"],
): QueueHost {
  return {
    clock,
    vhost,
    timers: new Deadlines<QueueTimer>(clock, (timer) => timer.due()),
    deadLetters: new DeadLetters(vhost),
    record,
  };
}
