/**
 * UpdateFeatures, 0–2: sets levels of features. Up to version 1 each for itself, with an answer of its own, as Kafka 3.9
 * does; from version 2 on all or none, as Kafka 4 does. Version 0 cannot say that it only tries, and may not lower any.
 * https://kafka.apache.org/protocol#The_Messages_UpdateFeatures, KIP-584, KIP-1022
 */
import type { UpdateKind } from "../../model/administration/features.ts";
import { updateFeatures } from "../../wire/apis/update-features.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { attempt, failure, plain } from "./failure.ts";

type Request = RequestOf<typeof updateFeatures>;
type Response = ResponseOf<typeof updateFeatures>;
type Update = Request["featureUpdates"][number];

export const updateFeaturesRow: Row = row(updateFeatures, [0, 2], (request, call) => {
  if (!may(call, "Alter", "Cluster", "kafka-cluster"))
    return failure(plain("CLUSTER_AUTHORIZATION_FAILED"));
  return call.version >= 2 ? updateAll(request, call) : updateEach(request, call);
});

function updateEach({ featureUpdates, validateOnly }: Request, { cluster }: Call): Response {
  const { features } = cluster;
  // Kafka answers in the order of a map of its own.
  const results = featureUpdates.map((update) => {
    const { feature, maxVersionLevel } = update;
    const outcome = attempt(() => {
      features.check(feature, maxVersionLevel, kindOf(update));
      if (!validateOnly) features.set(feature, maxVersionLevel);
    });
    return { feature, ...outcome };
  });
  return { errorCode: 0, errorMessage: "", results };
}

function updateAll({ featureUpdates, validateOnly }: Request, { cluster }: Call): Response {
  const { features } = cluster;
  const { errorCode, errorMessage } = attempt(() => {
    for (const update of featureUpdates)
      features.check(update.feature, update.maxVersionLevel, kindOf(update));
  });
  if (errorCode !== 0) {
    const why = `The update failed for all features since the following feature had an error: ${errorMessage}`;
    return { errorCode, errorMessage: why };
  }
  if (!validateOnly)
    for (const { feature, maxVersionLevel } of featureUpdates)
      features.set(feature, maxVersionLevel);
  return { errorCode: 0, errorMessage: null };
}

function kindOf({ upgradeType }: Update): UpdateKind {
  return KINDS[upgradeType] ?? "unknown";
}

const KINDS: readonly (UpdateKind | undefined)[] = [
  undefined,
  "upgrade",
  "safe downgrade",
  "unsafe downgrade",
];
