import { startRedis } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import {
  channelFacts,
  groupFacts,
  onGroup,
  onList,
  onStream,
  openRedis,
  streamFacts,
} from "./worlds-redis.ts";

driverPromises("redis channels", async () => openRedis(await startRedis()), channelFacts);
driverPromises("redis streams", async () => openRedis(await startRedis(), onStream), streamFacts);
driverPromises(
  "redis streams with a group",
  async () => openRedis(await startRedis(), onGroup),
  groupFacts,
);
driverPromises(
  "redis reliable lists",
  async () => openRedis(await startRedis(), onList),
  groupFacts,
);
