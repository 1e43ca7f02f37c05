/** All configs of brokers. */
import { coordinatorConfigs } from "./coordinator-configs.ts";
import { defineConfigs, type Definitions } from "./definition.ts";
import { logConfigs } from "./log-configs.ts";
import { securityConfigs } from "./security-configs.ts";
import { serverConfigs } from "./server-configs.ts";

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
