/** What the streams' API refuses with: server/errors.json of nats-server 2.10. */
import { ApiError } from "./contract.ts";

type Refusal =
  | "apiLevel"
  | "accountResources"
  | "badRequest"
  | "clusterRequired"
  | "externalApiOverlap"
  | "externalDeliverySubject"
  | "invalidJson"
  | "memoryResources"
  | "mirrorMaxMessageSize"
  | "mirrorWithSources"
  | "mirrorWithSubjects"
  | "noMessageFound"
  | "notEmptyRequest"
  | "sequenceNotFound"
  | "sourceMaxMessageSize"
  | "storageResources"
  | "streamCreate"
  | "invalidConfig"
  | "messageTooLarge"
  | "mirrorNotUpdatable"
  | "streamMismatch"
  | "messageDelete"
  | "nameInUse"
  | "streamNotFound"
  | "expectedStream"
  | "snapshotFailed"
  | "subjectsOverlap"
  | "streamUpdate"
  | "wrongLastMessageId"
  | "wrongLastSequence"
  | "replicasNotSupported"
  | "storeFailed"
  | "headersTooLarge"
  | "sealed"
  | "purgeFailed"
  | "rollupFailed"
  | "nameHasSeparators"
  | "replicasNegative"
  | "duplicateSource"
  | "sourceName"
  | "mirrorName"
  | "mirrorWithFirstSeq"
  | "sourceFilters"
  | "sourceFilter"
  | "sourceDestination"
  | "sourceFiltersOverlap"
  | "mirrorFilters"
  | "mirrorFilter"
  | "mirrorFiltersOverlap";

const known: Readonly<Record<Refusal, readonly [code: number, errCode: number, text: string]>> = {
  accountResources: [400, 10002, "resource limits exceeded for account"],
  badRequest: [400, 10003, "bad request"],
  clusterRequired: [503, 10010, "JetStream clustering support required"],
  externalApiOverlap: [400, 10021, ""],
  externalDeliverySubject: [400, 10024, ""],
  invalidJson: [400, 10025, "invalid JSON"],
  memoryResources: [500, 10028, "insufficient memory resources available"],
  mirrorMaxMessageSize: [400, 10030, "stream mirror must have max message size >= source"],
  mirrorWithSources: [400, 10031, "stream mirrors can not also contain other sources"],
  mirrorWithSubjects: [400, 10034, "stream mirrors can not contain subjects"],
  noMessageFound: [404, 10037, "no message found"],
  notEmptyRequest: [400, 10038, "expected an empty request payload"],
  sequenceNotFound: [400, 10043, ""],
  sourceMaxMessageSize: [400, 10046, "stream source must have max message size >= target"],
  storageResources: [500, 10047, "insufficient storage resources available"],
  streamCreate: [500, 10049, ""],
  invalidConfig: [500, 10052, ""],
  messageTooLarge: [400, 10054, "message size exceeds maximum allowed"],
  mirrorNotUpdatable: [400, 10055, "stream mirror configuration can not be updated"],
  streamMismatch: [400, 10056, "stream name in subject does not match request"],
  messageDelete: [500, 10057, ""],
  nameInUse: [400, 10058, "stream name already in use with a different configuration"],
  streamNotFound: [404, 10059, "stream not found"],
  expectedStream: [400, 10060, "expected stream does not match"],
  snapshotFailed: [500, 10064, ""],
  subjectsOverlap: [400, 10065, "subjects overlap with an existing stream"],
  streamUpdate: [500, 10069, ""],
  wrongLastMessageId: [400, 10070, ""],
  wrongLastSequence: [400, 10071, ""],
  replicasNotSupported: [500, 10074, "replicas > 1 not supported in non-clustered mode"],
  storeFailed: [503, 10077, ""],
  headersTooLarge: [400, 10097, "header size exceeds maximum allowed of 64k"],
  sealed: [400, 10109, "invalid operation on sealed stream"],
  purgeFailed: [500, 10110, ""],
  rollupFailed: [500, 10111, ""],
  nameHasSeparators: [400, 10128, "Stream name can not contain path separators"],
  replicasNegative: [400, 10133, "replicas count cannot be negative"],
  duplicateSource: [400, 10140, "duplicate source configuration detected"],
  sourceName: [400, 10141, "sourced stream name is invalid"],
  mirrorName: [400, 10142, "mirrored stream name is invalid"],
  mirrorWithFirstSeq: [400, 10143, "stream mirrors can not have first sequence configured"],
  sourceFilters: [
    400,
    10144,
    "source with multiple subject transforms cannot also have a single subject filter",
  ],
  sourceFilter: [400, 10145, "source subject filter is invalid"],
  sourceDestination: [400, 10146, "source transform destination is invalid"],
  sourceFiltersOverlap: [400, 10147, "source filters can not overlap"],
  mirrorFilters: [
    400,
    10150,
    "mirror with multiple subject transforms cannot also have a single subject filter",
  ],
  mirrorFilter: [400, 10151, "mirror subject filter is invalid"],
  mirrorFiltersOverlap: [400, 10152, "mirror subject filters can not overlap"],
  apiLevel: [412, 10185, "JetStream minimum api level required"],
};

/** `text` is the description where it differs from one time to the next. */
export function refusal(name: Refusal, text?: string): ApiError {
  const [code, errCode, description] = known[name];
  return new ApiError(code, errCode, text ?? description);
}

/** Of a stream's configuration. @throws {ApiError} */
export function invalid(text: string): never {
  throw refusal("invalidConfig", text);
}
