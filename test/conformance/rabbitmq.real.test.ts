import { shareRabbitmq } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import { routesAsTold } from "./rabbitmq-routing.ts";
import { groupFacts, openRabbitmq, quorumFacts, rabbitmqFacts } from "./worlds-rabbitmq.ts";

const open = async () => openRabbitmq(await shareRabbitmq());

driverPromises("rabbitmq", open, rabbitmqFacts);
driverPromises("rabbitmq, with a group", open, groupFacts);
driverPromises("rabbitmq, with a quorum queue", open, quorumFacts);
routesAsTold("rabbitmq", open);
