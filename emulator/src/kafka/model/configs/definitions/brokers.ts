/** All configs of brokers. */
import { coordinatorConfigs } from "./coordinators.ts";
import { defineConfigs, type Definitions } from "./definition.ts";
import { logConfigs } from "./logs.ts";
import { securityConfigs } from "./security.ts";
import { serverConfigs } from "./server.ts";

export const brokerDefinitions: Definitions = defineConfigs({
  ...serverConfigs,
  ...logConfigs,
  ...coordinatorConfigs,
  ...securityConfigs,
});

/** Those that brokers take and keep to themselves. */
export const internalDefinitions: Definitions = defineConfigs({
  "group.consumer.migration.policy":
    "STRING ~DISABLED|DOWNGRADE|UPGRADE|BIDIRECTIONAL = BIDIRECTIONAL",
});
