import { startNatsServer } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import { natsFacts, openNats } from "./worlds.ts";

driverPromises("nats on nats-server", async () => openNats(await startNatsServer()), natsFacts);
