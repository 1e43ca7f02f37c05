/** What random scripts for Kafka say: by line and word, see grammar.ts and kafka-player.ts. */
import fc from "fast-check";
import { codecs, damages } from "../kafka-damage.ts";
import type { Words } from "./grammar.ts";

export interface Family {
  readonly name: string;
  /** Played first, in every script. */
  readonly before?: readonly string[];
  readonly lines: readonly string[];
}

const of = (...words: string[]) => fc.constantFrom(...words);

export const words: Words = {
  codec: of(...codecs),
  damage: of(...damages),
  topic: of("t", "t", "t", "u", "gone"),
  partition: of("0", "0", "0", "1", "2", "-1"),
  acks: of("-1", "1", "2"),
  value: of("a", "bb", "ccc", "dddd", "0123456789"),
  offset: of("0", "1", "2", "3", "5", "9", "-1", "-2"),
  isolation: of("committed", "uncommitted"),
  bytes: of("0", "1", "70", "140", "1000000"),
  time: of("-1", "-2", "-3", "-4", "-5", "-6", "+0", "+1", "+2", "+3", "+4", "+11"),
  epoch: of("-1", "0", "0", "1"),
  count: of("-1", "0", "1", "2", "3", "5"),
  replicas: of("-1", "1", "1", "2", "0"),
  config: of(
    "cleanup.policy",
    "retention.ms",
    "max.message.bytes",
    "min.insync.replicas",
    "compression.type",
    "no.such",
  ),
  setting: of("compact", "delete", "compact,delete", "1000", "-1", "-2", "1", "gzip", "x", ""),
  operation: of("set", "set", "delete", "append", "subtract"),
  group: of("g", "g", "h", "-"),
  metadata: of("m", "some", "ä"),
  stable: of("stable", "any"),
  producer: of("x", "x", "y"),
  idempotent: of("i", "i", "j"),
  timeout: of("60000", "60000", "0", "-1", "900001"),
  sequence: of("0", "1", "2", "3", "4", "2147483647"),
  end: of("commit", "abort"),
};

const reading = [
  "fetch <topic> <partition> <offset> <isolation>",
  "list <topic> <partition> <time> <isolation>",
];

export const families: readonly Family[] = [
  {
    name: "produce, fetch, list, delete records",
    before: ["create t 2 1", "create u 1 1"],
    lines: [
      "produce <topic> <partition> <acks> <value>+",
      "produce t 0 -1 <value>+",
      ...reading,
      "fetch t 0 <offset> <isolation> <bytes>",
      "epoch <topic> <partition> <epoch> <epoch>",
      "cut <topic> <partition> <offset>",
    ],
  },
  {
    name: "compressed batches, whole or not",
    before: ["create t 1 1", "create k 1 1 cleanup.policy compact"],
    lines: [
      "damaged (t|t|t|k) <codec> <damage> <value>+",
      "damaged t <codec> whole <value>+",
      "fetch t 0 <offset> <isolation>",
      "list t 0 <time> <isolation>",
    ],
  },
  {
    name: "topics and configs",
    lines: [
      "create <topic> <count> <replicas>",
      "create <topic> 1 1 [<config> <setting>]",
      "delete <topic>",
      "grow <topic> <count>",
      "metadata <topic>",
      "alter <topic> <operation> <config> <setting>",
      "configs <topic> <config>",
    ],
  },
  {
    name: "groups' offsets",
    before: ["create t 2 1"],
    lines: [
      "commit <group> <topic> <partition> <offset> [<metadata>]",
      "commit <group> t 0 <offset> <metadata>",
      "offsets <group> (<topic>|all) <stable>",
      "forget <group> <topic> <partition>",
      "delete-group <group>",
      "group <group>",
    ],
  },
  {
    name: "idempotent producers",
    before: ["create t 2 1", "init i 60000"],
    lines: [
      "init <idempotent> 60000",
      "write <idempotent> t 0 <sequence> <value>+",
      "write i t 0 (0|1|2) <value>",
      "fetch t 0 <offset> <isolation>",
      "list t 0 <time> <isolation>",
    ],
  },
  {
    name: "transactions",
    before: ["create t 2 1", "init x 60000"],
    lines: [
      "init <producer> <timeout> [again]",
      "init x 60000",
      "add <producer> <topic> (0|1|0 1|2)",
      "add x t 0",
      "write <producer> t 0 <sequence> <value>+",
      "write x t 0 (0|1|2) <value>+",
      "end <producer> <end>",
      "end x commit",
      "transaction <producer>",
      "add-offsets <producer> <group>",
      "txn-commit <producer> <group> <topic> <partition> <offset>",
      "offsets <group> t <stable>",
      "fetch t 0 <offset> <isolation>",
      "list t 0 <time> <isolation>",
    ],
  },
];
