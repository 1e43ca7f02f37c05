import { driverPromises } from "./promises.ts";
import { routesAsTold } from "./rabbitmq-routing.ts";
import { hostedFacts, openHosted } from "./worlds-rabbitmq.ts";

driverPromises("memory as rabbitmq", openHosted, hostedFacts);
routesAsTold("memory as rabbitmq", openHosted);
