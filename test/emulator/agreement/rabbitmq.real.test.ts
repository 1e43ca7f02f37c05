/** What connections and channels may do with exchanges, queues and messages, on the emulator and on rabbitmq-server. */
import { compareOnRabbitmq } from "./rabbitmq-agreement.ts";
import { families } from "./rabbitmq-families.ts";

compareOnRabbitmq({
  families,
  perRound: 6,
  plugins: ["rabbitmq_consistent_hash_exchange", "rabbitmq_sharding"],
});
