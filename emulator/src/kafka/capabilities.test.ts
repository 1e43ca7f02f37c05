/**
 * docs/emulator-kafka.md is made by asking the code, so that it cannot promise what is not there:
 * `npx vitest run --project unit emulator/src/kafka/capabilities --update` writes it anew.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { code, section } from "../capabilities-page.ts";
import { createClock } from "../clock.ts";
import { openBench } from "./kafka-bench.ts";
import { assignors } from "./model/groups/consumer/assignors.ts";
import { brokerDefinitions } from "./model/configs/definitions/brokers.ts";
import { groupDefinitions } from "./model/configs/definitions/groups.ts";
import { topicDefinitions } from "./model/configs/definitions/topics.ts";
import { schemaTypes } from "./registry/reading.ts";
import { routes } from "./registry/routes.ts";
import { levels, modes } from "./registry/settings.ts";
import { createDispatchTable } from "./session/dispatch.ts";
import { Features, supportedFeatures } from "./model/administration/features.ts";
import { saslHandshake } from "./wire/apis/sasl-handshake.ts";
import { compressions } from "./wire/record-batch.ts";

/** What else Kafka's brokers answer clients: https://kafka.apache.org/protocol#protocol_api_keys */
const further =
  "CreateDelegationToken RenewDelegationToken ExpireDelegationToken DescribeDelegationToken DescribeQuorum UpdateFeatures UnregisterBroker GetTelemetrySubscriptions PushTelemetry ShareGroupHeartbeat ShareGroupDescribe ShareFetch ShareAcknowledge AddRaftVoter RemoveRaftVoter DescribeShareGroupOffsets AlterShareGroupOffsets DeleteShareGroupOffsets StreamsGroupHeartbeat StreamsGroupDescribe";

test("the page of what Kafka offers is what is there", async () => {
  await expect(await page()).toMatchFileSnapshot(
    fileURLToPath(new URL("../../../docs/emulator-kafka.md", import.meta.url)),
  );
});

async function page(): Promise<string> {
  return [
    "# What the emulator's Kafka offers",
    "",
    "Made by asking it; a test keeps it so. It is like Kafka 3.9 in KRaft mode, with what 4.1 has added to its APIs.",
    "What is not here is not advertised, and whoever asks for it nevertheless is cut off, as Kafka does.",
    "",
    ...section("APIs", apis()),
    ...section("Connecting", await connecting()),
    ...section("Records", records()),
    ...section("Groups", groups()),
    ...section("Timeouts", timeouts),
    ...section("Features", [
      `Supported: ${code([...supportedFeatures].map(([name, [lowest, highest]]) => `${name} ${lowest}–${highest}`))}.`,
      "",
      `In force: ${code([...new Features(0).inForce].map(([name, level]) => `${name} ${level}`))}.`,
    ]),
    ...section("Schema Registry", schemaRegistry()),
    ...section("Configs of topics", configs([...topicDefinitions.keys()])),
    ...section("Configs of groups", configs([...groupDefinitions.keys()])),
    ...section("Configs of brokers", configs([...brokerDefinitions.keys()])),
  ].join("\n");
}

function apis(): string[] {
  const rows = [...createDispatchTable(createClock()).values()].map(({ api, versions }) => ({
    key: api.key,
    name: api.name,
    range: versions[0] === versions[1] ? `${versions[0]}` : versions.join("–"),
  }));
  const names = new Set(rows.map(({ name }) => name));
  return [
    "| key | API | versions |",
    "| --- | --- | --- |",
    ...rows
      .toSorted((one, other) => one.key - other.key)
      .map(({ key, name, range }) => `| ${key} | \`${name}\` | ${range} |`),
    "",
    `Not offered: ${code(further.split(" ").filter((name) => !names.has(name)))}.`,
  ];
}

async function connecting(): Promise<string[]> {
  const { connect } = await openBench({ auth: { user: "user", password: "password" } });
  const answer = await connect().ask(saslHandshake, 1, { mechanism: "PLAIN" });
  return [
    `Nobody is asked to log in unless \`auth\` or \`kafkaUsers\` (\`--kafka-user\`) are given; then by ${code(answer?.mechanisms ?? [])}.`,
    "",
    "- These users log in with PLAIN and with SCRAM. The one of `auth` is the super user; the others may do what ACLs let them, which is everything until a resource has its first ACL.",
    "- AlterUserScramCredentials (`kafka-configs --alter --entity-type users`) adds users, who log in with SCRAM only, and changes what SCRAM takes of those that are there: PLAIN takes the password that they were started with. Snapshots keep them.",
    "- OAUTHBEARER lets in whoever shows a token that nobody signed, with `sub` and `exp`, as Kafka's own validator does; with `auth.token` only that one, for the super user.",
    "- A session lasts as long as its token, and as `connections.max.reauth.ms` allows. Behind its end the broker hangs up at the next request, unless that begins the login anew on the same connection: by the same user and mechanism, and not twice within a second.",
  ];
}

function records(): string[] {
  return [
    `Batches of format 2, and message sets of formats 0 and 1 of old clients; compressed by ${code(compressions.slice(1))}.`,
    "",
    "- A compressed batch is decompressed when it comes, to check its records, and kept as it came. One that comes to more than 256 MiB is refused.",
    "- A topic's `compression.type` is kept to where it is `gzip` or `uncompressed`: what is compressed otherwise is written anew. Nothing here compresses with `snappy`, `lz4` or `zstd`, so with these batches stay as their producer sent them. Levels do nothing.",
    "- Where compaction takes records out of a batch, the rest is kept with `gzip` if it was, else uncompressed.",
  ];
}

function groups(): string[] {
  return [
    `Groups of the classic protocol and of KIP-848, these with the assignors ${code(Object.keys(assignors))}.`,
    "",
    "- Members of KIP-848 may subscribe by a regular expression, beside names too (ConsumerGroupHeartbeat 1). It is in RE2's syntax and has to match a topic's whole name; one that RE2 does not take is refused with INVALID_REGULAR_EXPRESSION.",
    "- Topics that come and go are counted in at once. Those that the member may not describe are not left out.",
    "- In classic groups the client looks for the topics itself, and names them.",
  ];
}

const timeouts = [
  "All of them follow the emulator's clock: sessions and rebalances of groups, a Fetch that waits, transactions, SASL sessions and tokens; and so do retention, compaction and all that expires.",
  "",
  "- `advance(ms)` moves it. Whatever falls due meanwhile has happened, one after the other, when that resolves.",
  "- Clients have clocks of their own. A member is not heard while the clock jumps: where that is longer than its session timeout it is put out, and its next heartbeat is answered accordingly.",
  "- Idle connections stay open whatever `connections.max.idle.ms` says, and administration is done at once whatever timeout it names.",
];

function schemaRegistry(): string[] {
  return [
    ...routes.map(([method, path]) => `- \`${method} ${path}\``),
    "",
    `Schemas of the types ${code(schemaTypes)}; compatibility levels ${code(levels)}; modes ${code(modes)}.`,
    "",
    "JSON schemas are taken for compatible whatever changes.",
  ];
}

function configs(names: readonly string[]): string[] {
  return [`${code(names)}.`];
}
