import { expect, test } from "vitest";
import { openBench } from "../../kafka-bench.ts";
import { apiVersions } from "../../wire/apis/api-versions.ts";
import { consumerGroupHeartbeat } from "../../wire/apis/consumer-group-heartbeat.ts";
import { updateFeatures } from "../../wire/apis/update-features.ts";

const UNSUPPORTED_VERSION = 35;
const INVALID_UPDATE_VERSION = 95;
const UPGRADE = 1;
const SAFE_DOWNGRADE = 2;

type Update = readonly [feature: string, maxVersionLevel: number, upgradeType: number];

async function withFeatures() {
  const { connect } = await openBench();
  const client = connect();
  const update = async (version: number, updates: readonly Update[], validateOnly = false) => {
    const featureUpdates = updates.map(([feature, maxVersionLevel, upgradeType]) => ({
      ...{ feature, maxVersionLevel, upgradeType },
    }));
    return client.ask(updateFeatures, version, { featureUpdates, validateOnly });
  };
  const inForce = async () => {
    const named = { clientSoftwareName: "test", clientSoftwareVersion: "1" };
    const { finalizedFeatures, finalizedFeaturesEpoch } = (await client.ask(
      apiVersions,
      4,
      named,
    ))!;
    const levels = finalizedFeatures!.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]);
    return [finalizedFeaturesEpoch, Object.fromEntries(levels)];
  };
  return { client, update, inForce };
}

test("features are changed each for itself up to version 1, from 2 on all or none", async () => {
  const { update, inForce } = await withFeatures();
  const both: readonly Update[] = [
    ["kraft.version", 1, UPGRADE],
    ["colour", 1, UPGRADE],
  ];
  const message =
    "Invalid update version 1 for feature colour. Local controller 0 does not support this feature.";
  expect(await update(2, both)).toMatchObject({
    errorCode: INVALID_UPDATE_VERSION,
    errorMessage: `The update failed for all features since the following feature had an error: ${message}`,
  });
  expect(await inForce()).toEqual([1, { "group.version": 1, "metadata.version": 21 }]);
  expect((await update(1, both))?.results).toEqual([
    { feature: "kraft.version", errorCode: 0, errorMessage: null },
    { feature: "colour", errorCode: INVALID_UPDATE_VERSION, errorMessage: message },
  ]);
  const levels = { "group.version": 1, "kraft.version": 1, "metadata.version": 21 };
  expect(await inForce()).toEqual([2, levels]);
  await update(1, [["metadata.version", 20, SAFE_DOWNGRADE]], true);
  expect(await inForce()).toEqual([2, levels]);
});

test("without group.version 1 there is no consumer protocol", async () => {
  const { client, update } = await withFeatures();
  await update(1, [["group.version", 0, SAFE_DOWNGRADE]]);
  const beat = { groupId: "billing", memberId: "a", memberEpoch: 0 };
  const answer = await client.ask(consumerGroupHeartbeat, 1, {
    ...beat,
    ...{ instanceId: null, rackId: null, serverAssignor: null, rebalanceTimeoutMs: 1000 },
    ...{ subscribedTopicNames: ["orders"], topicPartitions: [] },
  });
  expect(answer?.errorCode).toBe(UNSUPPORTED_VERSION);
});
