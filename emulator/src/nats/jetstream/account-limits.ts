/** The limits of one account: how INFO says them, and what they refuse. */
import { type AccountLimits, ApiError } from "./contract.ts";
import type { StreamConfig } from "./stream-config.ts";

/** As `$JS.API.INFO` says them. */
export function limitsInfo(limits: AccountLimits): object {
  return {
    max_memory: limits.maxMemory,
    max_storage: limits.maxStorage,
    max_streams: limits.maxStreams ?? -1,
    max_consumers: limits.maxConsumers ?? -1,
    max_ack_pending: limits.maxAckPending ?? -1,
    memory_max_stream_bytes: limits.memoryMaxStreamBytes ?? -1,
    storage_max_stream_bytes: limits.storageMaxStreamBytes ?? -1,
    max_bytes_required: limits.maxBytesRequired ?? false,
  };
}

/** `others`: how many streams there are beside this one. The room for bytes is looked at elsewhere. @throws {ApiError} */
export function checkAccountLimits(
  limits: AccountLimits,
  { max_bytes, max_consumers, storage }: StreamConfig,
  others: number,
): void {
  if (limits.maxBytesRequired === true && max_bytes <= 0)
    throw new ApiError(400, 10113, "account requires a stream config to have max bytes set");
  const mostBytes =
    (storage === "file" ? limits.storageMaxStreamBytes : limits.memoryMaxStreamBytes) ?? -1;
  if (mostBytes > 0 && max_bytes > mostBytes)
    throw new ApiError(400, 10122, "stream max bytes exceeds account limit max stream bytes");
  const { maxStreams = -1, maxConsumers = -1 } = limits;
  if (maxStreams > 0 && others >= maxStreams)
    throw new ApiError(400, 10027, "maximum number of streams reached");
  if (maxConsumers > 0 && max_consumers > maxConsumers)
    throw new ApiError(400, 10026, "maximum consumers limit reached");
}
