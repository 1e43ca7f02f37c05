/** All commands. What COMMAND answers, ACL's categories and the page of capabilities are derived from here. */
import type { CommandTable } from "./command.ts";
import { acl } from "./acl.ts";
import { bitfield } from "./bitfield.ts";
import { bits } from "./bits.ts";
import { clients } from "./clients.ts";
import { cluster } from "./cluster.ts";
import { commandDocs } from "./command-docs.ts";
import { config } from "./config.ts";
import { debug } from "./debug.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { modules } from "./modules.ts";
import { pubsub } from "./pubsub.ts";
import { replication } from "./replication.ts";
import { server } from "./server.ts";
import { slowlog } from "./slowlog.ts";
import { connection } from "./connection.ts";
import { dumping } from "./dump.ts";
import { expiry } from "./expiry.ts";
import { functions } from "./functions.ts";
import { geo } from "./geo.ts";
import { geoSearch } from "./geo-search.ts";
import { hashFields } from "./hash-fields.ts";
import { hashFieldValues } from "./hash-field-values.ts";
import { hashes } from "./hashes.ts";
import { info } from "./info.ts";
import { hyperloglog } from "./hyperloglog.ts";
import { keys } from "./keys.ts";
import { listBlocking } from "./list-blocking.ts";
import { lists } from "./lists.ts";
import { memberScans } from "./member-scans.ts";
import { numbers } from "./numbers.ts";
import { object } from "./object.ts";
import { randomMembers } from "./random-members.ts";
import { scanning } from "./scan.ts";
import { scripts } from "./scripts.ts";
import { setAlgebra } from "./set-algebra.ts";
import { sets } from "./sets.ts";
import { sortedSetAlgebra } from "./sorted-set-algebra.ts";
import { sortedSetPopping } from "./sorted-set-popping.ts";
import { sortedSetRanges } from "./sorted-set-ranges.ts";
import { sortedSets } from "./sorted-sets.ts";
import { sorting } from "./sort.ts";
import { streamClaiming } from "./stream-claiming.ts";
import { streamGroups } from "./stream-groups.ts";
import { streamInfo } from "./stream-info.ts";
import { streamPending } from "./stream-pending.ts";
import { streamReading } from "./stream-reading.ts";
import { streams } from "./streams.ts";
import { strings } from "./strings.ts";
import { substrings } from "./substrings.ts";
import { transactions } from "./transactions.ts";

export const commands: CommandTable = {
  ...connection,
  ...clients,
  ...pubsub,
  ...server,
  ...info,
  ...commandDocs,
  ...config,
  ...acl,
  ...replication,
  ...cluster,
  ...slowlog,
  ...latency,
  ...memory,
  ...modules,
  ...debug,
  ...strings,
  ...substrings,
  ...numbers,
  ...keys,
  ...expiry,
  ...dumping,
  ...scanning,
  ...object,
  ...sorting,
  ...bits,
  ...bitfield,
  ...hyperloglog,
  ...lists,
  ...listBlocking,
  ...streams,
  ...streamReading,
  ...streamGroups,
  ...streamPending,
  ...streamClaiming,
  ...streamInfo,
  ...hashes,
  ...hashFieldValues,
  ...hashFields,
  ...sets,
  ...setAlgebra,
  ...sortedSets,
  ...sortedSetRanges,
  ...sortedSetAlgebra,
  ...sortedSetPopping,
  ...randomMembers,
  ...memberScans,
  ...geo,
  ...geoSearch,
  ...transactions,
  ...scripts,
  ...functions,
};
