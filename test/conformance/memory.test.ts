import { driverPromises } from "./promises.ts";
import { memoryFacts, memoryTopicFacts, openMemory } from "./worlds.ts";

driverPromises("memory", () => openMemory(), memoryFacts);
driverPromises("memory with topics", () => openMemory("mqtt"), memoryTopicFacts);
driverPromises("memory, at most once", () => openMemory(), {
  ...memoryFacts,
  redelivers: false,
  receive: { delivery: "at-most-once" },
});
