/** RabbitMQ's promises on the emulator, and that it routes as told. */
import { driverPromises } from "./promises.ts";
import { routesAsTold } from "./rabbitmq-routing.ts";
import { openEmulatedRabbitmq, rabbitmqFacts } from "./worlds-rabbitmq.ts";

driverPromises("rabbitmq on the emulator", openEmulatedRabbitmq, rabbitmqFacts);
routesAsTold("rabbitmq on the emulator", openEmulatedRabbitmq);
