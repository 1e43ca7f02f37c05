/**
 * docs/emulator-rabbitmq.md is made by asking the code, so that it cannot promise what is not there:
 * `npx vitest run --project unit emulator/src/rabbitmq/capabilities --update` writes it anew.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { code, section, sourcesIn } from "../capabilities-page.ts";
import { routes } from "./management/routes.ts";
import type { QueueType } from "./model/contract.ts";
import { EXCHANGE_TYPES } from "./model/exchange-types.ts";
import { checkDefinition } from "./model/policy-keys.ts";
import {
  checkConsumeArguments,
  checkQueueArguments,
  queueArgumentsOf,
} from "./model/queue-arguments.ts";
import { PRODUCT_VERSION } from "./product.ts";
import { type Answers, askServer } from "./rabbitmq-bench.ts";
import { readTable } from "./wire/field-table.ts";
import { methodLayouts } from "./wire/method-layouts.ts";
import { readProperties } from "./wire/properties.ts";
import type { FieldValue } from "./wire/values.ts";

test("the page of what RabbitMQ offers is what is there", async () => {
  await expect(page(await askServer())).toMatchFileSnapshot(
    fileURLToPath(new URL("../../../docs/emulator-rabbitmq.md", import.meta.url)),
  );
});

function page(answers: Answers): string {
  return [
    "# What the emulator's RabbitMQ offers",
    "",
    `Made by asking it; a test keeps it so. It claims to be RabbitMQ ${PRODUCT_VERSION} and speaks AMQP 0-9-1.`,
    "What is not here answers as RabbitMQ answers what it does not know.",
    "",
    ...section("Connecting", connecting(answers)),
    ...section("Methods", methods(answers)),
    ...section("Messages", messages()),
    ...section("Exchanges", exchanges()),
    ...section("Arguments of queues", queueArguments()),
    ...section("Arguments of consumers", consumerArguments()),
    ...section("Policies", policies()),
    ...section("Errors", errors()),
    ...section("Management API", managementApi()),
  ].join("\n");
}

// ------------------------------------------------------------ the protocol

function connecting({ capabilities, mechanisms, tune }: Answers): string[] {
  return [
    `Logins: ${code(mechanisms)}, and \`EXTERNAL\` for a client that shows a certificate.`,
    "",
    `At most ${tune.channelMax} channels, frames of ${tune.frameMax} bytes; heartbeats are proposed each ${tune.heartbeat} s.`,
    "",
    `Capabilities: ${code(capabilities)}.`,
  ];
}

function methods({ replies }: Answers): string[] {
  const names = Object.keys(methodLayouts);
  const rows = names.flatMap((name) => {
    const reply = replies.get(name);
    return reply === undefined ? [] : [`| \`${name}\` | ${reply === "" ? "" : `\`${reply}\``} |`];
  });
  const rest = names.filter((name) => !replies.has(name));
  return [
    "| method | answer |",
    "| --- | --- |",
    ...rows,
    "",
    `The server's own, refused from a client: ${code(rest)}.`,
  ];
}

/** How long a value of nothing but zeros can be, over all types. */
const LENGTHS = [0, 1, 2, 4, 5, 8];

function messages(): string[] {
  const types = Array.from({ length: 256 }, (_, letter) => letter).flatMap((letter) => {
    const values = LENGTHS.map((length) =>
      typeOf(Buffer.from([0, letter, ...Array(length).fill(0)])),
    );
    const type = values.find((each) => each !== undefined);
    return type === undefined ? [] : [`\`${String.fromCharCode(letter)}\` ${type}`];
  });
  const all = Buffer.alloc(26);
  all.writeUInt16BE(0xfffc);
  return [
    `Properties: ${code(Object.keys(readProperties(all)))}.`,
    "",
    `Types of headers and arguments: ${types.join(", ")}.`,
  ];
}

function typeOf(field: Buffer): string | undefined {
  try {
    return readTable(field).get("")?.type;
  } catch {
    return undefined;
  }
}

// ------------------------------------------------------------ the model

function exchanges(): string[] {
  return [
    `Types: ${code(EXCHANGE_TYPES)}.`,
    "",
    "Exchanges are bound to exchanges, too; `alternate-exchange` takes what is not routed; `CC` and `BCC` are read.",
  ];
}

const QUEUE_TYPES: readonly QueueType[] = ["classic", "quorum", "stream"];

function queueArguments(): string[] {
  const names = [...new Set(QUEUE_TYPES.flatMap(queueArgumentsOf))];
  return [
    "| argument | queues | takes | refused |",
    "| --- | --- | --- | --- |",
    ...names.map((name) => {
      const types = QUEUE_TYPES.filter((type) => queueArgumentsOf(type).includes(name));
      const complain = (value: FieldValue) => complaintOf(() => declare(name, value, types[0]));
      return `| \`${name}\` | ${types.join(", ")} | ${takes(complain)} | ${refused(complain)} |`;
    }),
    "",
    "Other arguments are kept and have no effect.",
  ];
}

function declare(name: string, value: FieldValue, type: QueueType = "classic"): void {
  const table = new Map<string, FieldValue>([["x-queue-type", text(type)]]);
  // It wants this one beside it.
  if (name === "x-dead-letter-routing-key") table.set("x-dead-letter-exchange", text(""));
  table.set(name, value);
  checkQueueArguments(
    { name: "q", durable: true, owner: null, autoDelete: false, arguments: table },
    "/",
  );
}

function consumerArguments(): string[] {
  const known: readonly (readonly [string, readonly QueueType[]])[] = [
    ["x-priority", ["classic", "quorum"]],
    ["x-cancel-on-ha-failover", ["classic"]],
    ["x-stream-offset", ["stream"]],
  ];
  return [
    "| argument | queues | takes |",
    "| --- | --- | --- |",
    ...known.map(([name, types]) => {
      const consume = (value: FieldValue, type: QueueType) =>
        complaintOf(() => {
          const arguments_ = new Map([[name, value]]);
          const declaration = { name: "q", durable: true, owner: null, autoDelete: false };
          checkConsumeArguments(arguments_, { ...declaration, arguments: new Map(), type }, "/");
        });
      const taken = QUEUE_TYPES.filter((type) =>
        SAMPLES.some(([, value]) => consume(value, type) === null),
      );
      expect(taken).toEqual(types);
      return `| \`${name}\` | ${taken.join(", ")} | ${takes((value) => consume(value, taken[0] ?? "classic"))} |`;
    }),
  ];
}

const text = (value: string): FieldValue => ({ type: "longstr", value: Buffer.from(value) });

/** Words of all enumerations. */
const WORDS =
  "default lazy classic quorum stream drop-head reject-publish reject-publish-dlx at-most-once at-least-once client-local balanced random least-leaders first last next 7D".split(
    " ",
  );
const SAMPLES: readonly (readonly [string, FieldValue])[] = [
  ["true or false", { type: "bool", value: true }],
  ["integer", { type: "signedint", value: 2 }],
  ["time", { type: "timestamp", value: 1 }],
  ["text", text("surely no word")],
];

function takes(complain: (value: FieldValue) => string | null): string {
  const kinds = SAMPLES.filter(([, value]) => complain(value) === null).map(([kind]) => kind);
  if (kinds.length === SAMPLES.length) return "anything";
  const words = kinds.includes("text")
    ? []
    : WORDS.filter((word) => complain(text(word)) === null).map((word) => `\`${word}\``);
  return [...kinds, ...words].join(", ");
}

/** What RabbitMQ says to values beyond the bounds. */
function refused(complain: (value: FieldValue) => string | null): string {
  if (complain({ type: "signedint", value: 2 }) !== null) return "";
  const said = new Map<string, string[]>();
  for (const value of [-1, 0, 3, 256, 1e12]) {
    const complaint = complain({ type: "long", value });
    if (complaint !== null) said.set(complaint, [...(said.get(complaint) ?? []), String(value)]);
  }
  return [...said]
    .map(([complaint, values]) => `${values.join(", ")}: \`${complaint}\``)
    .join("; ");
}

function complaintOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return message.replace(/^.* in vhost '\/':? /, "");
  }
}

/** RabbitMQ's own settings, those of 3.13 among them. */
const SETTINGS = [
  "alternate-exchange consumer-timeout dead-letter-exchange dead-letter-routing-key dead-letter-strategy",
  "delivery-limit expires federation-upstream federation-upstream-set ha-mode ha-params ha-promote-on-failure",
  "ha-promote-on-shutdown ha-sync-batch-size ha-sync-mode initial-cluster-size max-age max-in-memory-bytes",
  "max-in-memory-length max-length max-length-bytes message-ttl overflow queue-leader-locator",
  "queue-master-locator queue-mode queue-version shards-per-node stream-filter-size-bytes",
  "stream-max-segment-size-bytes",
].flatMap((line) => line.split(" "));

function policies(): string[] {
  const isKnown = (kind: "policy" | "operator_policy") => (name: string) => {
    try {
      checkDefinition(kind, { [name]: "?" });
      return true;
    } catch (error) {
      return !String(error).includes("not recognised");
    }
  };
  const unknown = SETTINGS.filter((name) => !isKnown("policy")(name));
  return [
    `Settings: ${code(SETTINGS.filter(isKnown("policy")))}.`,
    "",
    `Of operator policies: ${code(SETTINGS.filter(isKnown("operator_policy")))}.`,
    "",
    `Not recognised: ${code(unknown)}.`,
  ];
}

function errors(): string[] {
  const call = /(channel|connection)Error\(\s*(\d{3}),\s*(?:"([^"]+)"|`([^`]+)`)/g;
  const rows = sourcesIn(import.meta.dirname).flatMap((source) =>
    [...source.matchAll(call)].map(([, closes, number, plain, template]) => {
      const shown = plain ?? template?.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…");
      return `| ${number} | ${closes} | ${shown?.replace(/\|/g, "\\|")} |`;
    }),
  );
  return [
    "| code | closes the | text behind the code's name |",
    "| --- | --- | --- |",
    ...[...new Set(rows)].sort(),
  ];
}

// ------------------------------------------------------------ the management API

function managementApi(): string[] {
  const byPath = new Map<string, string[]>();
  for (const [method, path] of routes) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return [
    "Below `/api`, with the names and passwords of users:",
    "",
    "| path | methods |",
    "| --- | --- |",
    ...[...byPath].map(
      ([path, verbs]) => `| \`${path.replace("|", "\\|")}\` | ${verbs.join(", ")} |`,
    ),
  ];
}
