/** Which API is answered, in which versions, by whom. What ApiVersions advertises and the capability page says comes from here. */
import type { Clock } from "../../clock.ts";
import { adminRows } from "./admin/rows.ts";
import { apiVersionsRow } from "./api-versions.ts";
import { fetchRow } from "./fetch.ts";
import { findCoordinatorRow } from "./find-coordinator.ts";
import { groupRows } from "./groups/rows.ts";
import type { Row } from "./handling.ts";
import { listOffsetsRow } from "./list-offsets.ts";
import { metadataRow } from "./metadata.ts";
import { offsetForLeaderEpochRow } from "./offset-for-leader-epoch.ts";
import { produceRow } from "./produce.ts";
import { narrowTo } from "./releases.ts";
import { saslRows } from "./sasl/rows.ts";
import { transactionRows } from "./transactions/rows.ts";

/** By API key. */
export type DispatchTable = ReadonlyMap<number, Row>;

/** `release`: what to be like, as `2.8`. @throws {Error} where there was no such release of Kafka. */
export function createDispatchTable(clock: Clock, release?: string): DispatchTable {
  const rows: Row[] = [
    produceRow,
    fetchRow(clock),
    listOffsetsRow,
    metadataRow,
    findCoordinatorRow,
    offsetForLeaderEpochRow,
    ...saslRows,
    ...groupRows,
    ...adminRows,
    ...transactionRows,
    apiVersionsRow(() => table.values()),
  ];
  const offered = release === undefined ? rows : narrowTo(release, rows);
  const table: DispatchTable = new Map(offered.map((each) => [each.api.key, each]));
  return table;
}
