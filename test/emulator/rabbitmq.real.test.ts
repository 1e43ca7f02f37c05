/** The same spec on rabbitmq-server. */
import { startRabbitmq } from "../real/brokers.ts";
import { rabbitmqPromises } from "./rabbitmq.spec.ts";

rabbitmqPromises(() => startRabbitmq());
