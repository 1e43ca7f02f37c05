/**
 * DescribeUserScramCredentials, 0: by which mechanisms users may log in; of all where none are named.
 * https://kafka.apache.org/protocol#The_Messages_DescribeUserScramCredentials, KIP-554
 */
import { KafkaError } from "../../model/errors.ts";
import { describeUserScramCredentials } from "../../wire/apis/describe-user-scram-credentials.ts";
import type { ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { failure, plain, wordlessSuccess } from "./failure.ts";
import { repeated } from "./repeated.ts";
import { SCRAM_CODES } from "./scram-mechanisms.ts";

type Answer = ResponseOf<typeof describeUserScramCredentials>["results"][number];

export const describeUserScramCredentialsRow: Row = row(
  describeUserScramCredentials,
  [0, 0],
  ({ users }, call) => {
    if (!may(call, "Describe", "Cluster", "kafka-cluster"))
      return { ...failure(plain("CLUSTER_AUTHORIZATION_FAILED")), results: [] };
    const named = users?.map(({ name }) => name) ?? [];
    const twice = repeated(named);
    const asked = named.length === 0 ? call.cluster.users.names : named;
    return {
      ...wordlessSuccess,
      results: [...new Set(asked)].map((user) =>
        twice.has(user)
          ? refused(
              user,
              "DUPLICATE_RESOURCE",
              "Cannot describe SCRAM credentials for the same user twice in a single request: ",
            )
          : describe(user, call),
      ),
    };
  },
);

function describe(user: string, { cluster }: Call): Answer {
  const credentialInfos = SCRAM_CODES.flatMap(([mechanism, name]) => {
    const credential = cluster.users.get(user, name);
    return credential === undefined ? [] : [{ mechanism, iterations: credential.iterations }];
  });
  if (credentialInfos.length > 0) return { user, ...wordlessSuccess, credentialInfos };
  return refused(
    user,
    "RESOURCE_NOT_FOUND",
    "Attempt to describe a user credential that does not exist: ",
  );
}

function refused(
  user: string,
  error: "DUPLICATE_RESOURCE" | "RESOURCE_NOT_FOUND",
  reason: string,
): Answer {
  return { user, ...failure(new KafkaError(error, reason + user)), credentialInfos: [] };
}
