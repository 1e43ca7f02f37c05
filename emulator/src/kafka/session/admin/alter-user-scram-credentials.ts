/**
 * AlterUserScramCredentials, 0: a user is altered once in a request, whatever the mechanism. Passwords come salted: what
 * is kept is made of them here.
 * https://kafka.apache.org/protocol#The_Messages_AlterUserScramCredentials, KIP-554
 */
import type { ScramMechanism } from "../../model/admin-contract.ts";
import { credentialOfSalted } from "../../model/administration/scram-users.ts";
import { KafkaError } from "../../model/errors.ts";
import { alterUserScramCredentials } from "../../wire/apis/alter-user-scram-credentials.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { failure, plain, success } from "./failure.ts";
import { mechanismOf } from "./scram-mechanisms.ts";

type Request = RequestOf<typeof alterUserScramCredentials>;

const FEWEST_ITERATIONS = 4096;
const MOST_ITERATIONS = 16_384;

export const alterUserScramCredentialsRow: Row = row(
  alterUserScramCredentials,
  [0, 0],
  ({ deletions, upsertions }, call) => {
    const plan = new Map<string, Change | KafkaError>();
    for (const asked of deletions) add(plan, asked.name, () => deletion(asked, call));
    for (const asked of upsertions) add(plan, asked.name, () => upsertion(asked, call));
    return {
      results: [...plan].map(([user, planned]) => {
        if (planned instanceof KafkaError) return { user, ...failure(planned) };
        planned();
        return { user, ...success };
      }),
    };
  },
);

/** What is done once it is known that nothing is done twice. */
type Change = () => void;

/** The first error of a user is the one that is told. */
function add(plan: Map<string, Change | KafkaError>, user: string, look: () => Change): void {
  const known = plan.get(user);
  if (known instanceof KafkaError) return;
  if (known !== undefined) {
    const reason = "A user credential cannot be altered twice in the same request";
    plan.set(user, new KafkaError("DUPLICATE_RESOURCE", reason));
    return;
  }
  try {
    plan.set(user, look());
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    plan.set(user, error);
  }
}

function checkAccess(call: Call): void {
  if (!may(call, "Alter", "Cluster", "kafka-cluster")) throw plain("CLUSTER_AUTHORIZATION_FAILED");
}

function deletion({ name, mechanism: code }: Request["deletions"][number], call: Call): Change {
  checkAccess(call);
  const { users } = call.cluster;
  const mechanism = mechanismFor(name, code);
  if (users.get(name, mechanism) === undefined)
    throw new KafkaError(
      "RESOURCE_NOT_FOUND",
      "Attempt to delete a user credential that does not exist",
    );
  return () => void users.delete(name, mechanism);
}

function upsertion(asked: Request["upsertions"][number], call: Call): Change {
  checkAccess(call);
  const { name, iterations, saltedPassword } = asked;
  const mechanism = mechanismFor(name, asked.mechanism);
  if (iterations < FEWEST_ITERATIONS)
    throw new KafkaError("UNACCEPTABLE_CREDENTIAL", "Too few iterations");
  if (iterations > MOST_ITERATIONS)
    throw new KafkaError("UNACCEPTABLE_CREDENTIAL", "Too many iterations");
  // A copy: the request's bytes are those of its frame.
  const salt = Buffer.from(asked.salt);
  const credential = credentialOfSalted(saltedPassword, { mechanism, salt, iterations });
  return () => call.cluster.users.set(name, mechanism, credential);
}

function mechanismFor(name: string, code: number): ScramMechanism {
  if (name === "") throw new KafkaError("UNACCEPTABLE_CREDENTIAL", "Username must not be empty");
  const mechanism = mechanismOf(code);
  if (mechanism !== undefined) return mechanism;
  throw new KafkaError("UNSUPPORTED_SASL_MECHANISM", "Unknown SCRAM mechanism");
}
