import { driverPromises } from "./promises.ts";
import { hostedFacts, openHostedJetStream } from "./worlds-nats.ts";

driverPromises("memory as nats jetstream", () => openHostedJetStream(), hostedFacts);
