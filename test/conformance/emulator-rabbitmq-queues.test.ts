/** RabbitMQ's promises on the emulator, to subscribers whose queues stay. */
import { driverPromises } from "./promises.ts";
import { groupFacts, openEmulatedRabbitmq, quorumFacts } from "./worlds-rabbitmq.ts";

driverPromises("rabbitmq on the emulator, with a group", openEmulatedRabbitmq, groupFacts);
driverPromises("rabbitmq on the emulator, with a quorum queue", openEmulatedRabbitmq, quorumFacts);
