/** What queues do with messages, on the emulator and on rabbitmq-server. */
import { compareOnRabbitmq } from "./rabbitmq-agreement.ts";
import { isSafe, queueFamilies } from "./rabbitmq-queue-families.ts";

compareOnRabbitmq({ families: queueFamilies, perRound: 10, isSafe });
