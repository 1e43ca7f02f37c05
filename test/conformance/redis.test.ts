import { driverPromises } from "./promises.ts";
import {
  channelFacts,
  groupFacts,
  onGroup,
  onList,
  onStream,
  openHostedRedis,
  streamFacts,
} from "./worlds-redis.ts";

/** In process nothing is kept, and who listens is known. */
const hosted = { cuttable: false, keeps: false, requests: "yes" } as const;

driverPromises("memory as redis channels", () => openHostedRedis(), {
  ...channelFacts,
  ...hosted,
});
driverPromises("memory as redis streams", () => openHostedRedis(onStream), {
  ...streamFacts,
  ...hosted,
});
driverPromises("memory as redis streams with a group", () => openHostedRedis(onGroup), {
  ...groupFacts,
  ...hosted,
});
driverPromises("memory as redis reliable lists", () => openHostedRedis(onList), {
  ...groupFacts,
  ...hosted,
});
