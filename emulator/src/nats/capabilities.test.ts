/**
 * docs/emulator-nats.md is made by asking the code, so that it cannot promise what is not there:
 * `npx vitest run --project unit emulator/src/nats/capabilities --update` writes it anew.
 */
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { code, section, sourcesIn } from "../capabilities-page.ts";
import { readSetup } from "./config/read.ts";
import { parseConf } from "./config/syntax.ts";
import { consumerFields } from "./jetstream/consumer-config.ts";
import { account } from "./jetstream/jetstream-bench.ts";
import { readStreamConfig } from "./jetstream/stream-config.ts";
import { pages } from "./monitoring/serve.ts";
import { CLAIMED_VERSION } from "./model/server.ts";
import { defaultOptions } from "./session/options.ts";
import { Parser } from "./wire/parser.ts";

type FieldTable = Readonly<Record<string, (...given: never[]) => void>>;
/** The tables of the configuration's options, as they are used. */
const tables = vi.hoisted(() => new Map<string, { what: string; table: FieldTable }>());
vi.mock("./config/fields.ts", async (original) => {
  const module = await original<typeof import("./config/fields.ts")>();
  const readFields: typeof module.readFields = (given, what, table) => {
    tables.set(String(Object.keys(table)), { what, table });
    module.readFields(given, what, table);
  };
  return { ...module, readFields };
});

test("the page of what NATS offers is what is there", async () => {
  await expect(page()).toMatchFileSnapshot(
    fileURLToPath(new URL("../../../docs/emulator-nats.md", import.meta.url)),
  );
});

function page(): string {
  return [
    "# What the emulator's NATS offers",
    "",
    `Made by asking it; a test keeps it so. It claims to be nats-server ${CLAIMED_VERSION}.`,
    "What is not here answers as nats-server answers what it does not know.",
    "",
    ...section("Commands", commands()),
    ...section("CONNECT", connectOptions()),
    ...section("Headers", headers()),
    ...section("JetStream's API", apiSubjects()),
    ...section("A stream's configuration", fieldTable(streamFields, makeStream)),
    ...section("A consumer's configuration", fieldTable(consumerFields, makeConsumer)),
    ...section("Errors of JetStream", errors()),
    ...section("Configuration file", configuration()),
    ...section("Monitoring", [`\`${Object.keys(pages).join("`, `")}\`, and \`/\`.`]),
  ].join("\n");
}

// ------------------------------------------------------------ the protocol

/** All that nats-server's parsers read, of clients, routes and leaf nodes. */
const verbs =
  "CONNECT PING PONG PUB HPUB SUB UNSUB +OK -ERR INFO MSG HMSG RS+ RS- RMSG LS+ LMSG A+";

function commands(): string[] {
  const isKnown = (verb: string) => {
    const limits = { maxControlLine: 4096, maxPayload: () => 1, headers: () => true };
    const parser = new Parser({ ...limits, onlyConnect: () => false });
    parser.push(Buffer.from(`${verb} `));
    try {
      parser.next();
    } catch (error) {
      return !String(error).includes("no NATS command");
    }
    return true;
  };
  const all = verbs.split(" ");
  return [
    `${code(all.filter(isKnown))}.`,
    "",
    `Only between servers or from them, refused: ${code(all.filter((verb) => !isKnown(verb)))}.`,
  ];
}

function connectOptions(): string[] {
  const shown = Object.entries(defaultOptions).map(
    ([name, value]) => `\`${name}\` (${value === "" ? "text" : String(value)})`,
  );
  return [`With what holds where it is left out: ${shown.join(", ")}. Others are not looked at.`];
}

function headers(): string[] {
  const names = sourcesIn(import.meta.dirname).flatMap(
    (text) => text.match(/Nats-[A-Z][\w-]*\w/g) ?? [],
  );
  return [
    "Blocks pass as they are, names are not folded. What it reads or writes itself:",
    `${code([...new Set(names)].sort())}.`,
  ];
}

// ------------------------------------------------------------ JetStream

/** nats-server's own, to 2.12. */
const api = [
  "INFO",
  "STREAM.CREATE.s STREAM.UPDATE.s STREAM.DELETE.s STREAM.INFO.s STREAM.NAMES STREAM.LIST STREAM.PURGE.s",
  "STREAM.MSG.GET.s STREAM.MSG.DELETE.s STREAM.SNAPSHOT.s STREAM.RESTORE.s",
  "STREAM.PEER.REMOVE.s STREAM.LEADER.STEPDOWN.s",
  "STREAM.TEMPLATE.CREATE.t STREAM.TEMPLATE.NAMES STREAM.TEMPLATE.INFO.t STREAM.TEMPLATE.DELETE.t",
  "CONSUMER.CREATE.s CONSUMER.CREATE.s.c CONSUMER.CREATE.s.c.a CONSUMER.DURABLE.CREATE.s.c",
  "CONSUMER.INFO.s.c CONSUMER.DELETE.s.c CONSUMER.NAMES.s CONSUMER.LIST.s",
  "CONSUMER.MSG.NEXT.s.c CONSUMER.PAUSE.s.c CONSUMER.UNPIN.s.c CONSUMER.LEADER.STEPDOWN.s.c",
  "DIRECT.GET.s DIRECT.GET.s.a",
  "META.LEADER.STEPDOWN SERVER.REMOVE ACCOUNT.PURGE.a ACCOUNT.STREAM.MOVE.a.s",
].flatMap((line) => line.split(" "));

function apiSubjects(): string[] {
  const answers = api.map((subject) => {
    const { api: ask, request } = account();
    ask("STREAM.CREATE.s", { name: "s", subjects: ["a"], allow_direct: true });
    ask("CONSUMER.CREATE.s.c", { stream_name: "s", config: { name: "c", ack_policy: "explicit" } });
    const body = subject.startsWith("CONSUMER.MSG.NEXT") ? { no_wait: true } : "";
    const text = request(`$JS.API.${subject}`, body).map((each) => each.status + each.text)[0];
    const error = text?.includes('"err_code":10010') ? "cluster" : /not supported/.exec(text ?? "");
    return {
      subject: subject
        .replace(/\.s\b/, ".<stream>")
        .replace(/\.c\b/, ".<consumer>")
        .replace(/\.[at]$/, ".<name>")
        .replace(/\.a\./, ".<name>."),
      text,
      error,
    };
  });
  const of = (which: (answer: (typeof answers)[number]) => boolean) =>
    code(answers.filter(which).map(({ subject }) => subject));
  return [
    `Answered: ${of(({ text, error }) => text !== undefined && error === null)}.`,
    "",
    `Refused, as this is no cluster: ${of(({ error }) => error === "cluster")}.`,
    "",
    `Refused, as it is not there: ${of(({ error }) => error !== null && error !== "cluster")}.`,
    "",
    `Without an answer: ${of(({ text }) => text === undefined)}.`,
  ];
}

type Make = (config: Readonly<Record<string, unknown>>) => Made;
interface Made {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly err_code: number; readonly description: string };
}

const streamFields = Object.keys(readStreamConfig({}));
const makeStream: Make = (config) =>
  account().api("STREAM.CREATE.s", { subjects: ["a"], ...config, name: "s" }) as Made;

const makeConsumer: Make = (config) => {
  const { api: ask } = account();
  ask("STREAM.CREATE.s", { name: "s", subjects: ["a"] });
  const base = config["deliver_subject"] === undefined ? { ack_policy: "explicit" } : {};
  return ask("CONSUMER.CREATE.s.c", {
    stream_name: "s",
    config: { ...base, ...config, name: "c" },
  }) as Made;
};

/** Words of all enumerations. */
const words =
  "limits interest workqueue old new file memory none s2 all last by_start_sequence by_start_time last_per_subject explicit instant original overflow pinned_client prioritized".split(
    " ",
  );
const INVALID_JSON = 10025;

function fieldTable(names: readonly string[], make: Make): string[] {
  const defaults = make({}).config ?? {};
  return [
    "| field | takes | left out | refused alone |",
    "| --- | --- | --- | --- |",
    ...names
      .filter((name) => name !== "name")
      .map((name) => {
        const takes = kindOf((value) => make({ [name]: value }).error?.err_code !== INVALID_JSON);
        const preset = defaults[name] === undefined ? "" : `\`${JSON.stringify(defaults[name])}\``;
        return `| \`${name}\` | ${takes} | ${preset} | ${refusals(name, takes, make)} |`;
      }),
  ];
}

/** What type is wanted, by what is no invalid JSON. */
function kindOf(takes: (value: unknown) => boolean): string {
  if (takes(true)) return takes("x") ? "anything" : "true or false";
  if (takes(1)) return takes(-1) ? "integer" : "integer from 0";
  if (takes("x")) return "text";
  if (takes("2020-01-01T00:00:00Z")) return "time";
  const known = words.filter(takes);
  if (known.length > 0) return code(known);
  if (takes(["x"])) return "list of texts";
  if (takes([1])) return "list of integers";
  if (takes([{}])) return "list of objects";
  return takes({ x: 1 }) ? "object" : "map of texts";
}

/** The bounds: what nats-server says to values at and beyond them. */
function refusals(name: string, takes: string, make: Make): string {
  const tried: Record<string, unknown> = takes.startsWith("integer")
    ? { "-2": -2, "-1": -1, "1": 1, "2": 2, "10^15": 1e15 }
    : takes === "text"
      ? { "`a b`": "a b", "`*`": "*", "5,000 letters": "x".repeat(5000) }
      : takes === "true or false"
        ? { true: true }
        : {};
  const said = new Map<string, string[]>();
  for (const [shown, value] of Object.entries(tried)) {
    const error = make({ [name]: value }).error?.description;
    if (error !== undefined) said.set(error, [...(said.get(error) ?? []), shown]);
  }
  return [...said]
    .map(([error, values]) => `${values.join(", ")}: ${error.replace(/x{9,}/g, "…")}`)
    .join("; ");
}

function errors(): string[] {
  const row = /\[\s*(\d{3}),\s*(10\d{3}),\s*"([^"]*)",?\s*\]/g;
  const byCode = new Map(
    sourcesIn(import.meta.dirname)
      .flatMap((text) => [...text.matchAll(row)])
      .map(([, status, number, text = ""]) => [Number(number), { status, text }]),
  );
  return [
    "| err_code | code | description |",
    "| --- | --- | --- |",
    ...[...byCode]
      .sort(([one], [other]) => one - other)
      .map(([number, { status, text }]) => {
        const shown = text === "" || text === "{}" ? "*what was wrong*" : text.replace("{}", "…");
        return `| ${number} | ${status} | ${shown} |`;
      }),
  ];
}

// ------------------------------------------------------------ the configuration

/** One of everything that has options of its own. */
const conf = [
  `authorization { users [{ user: a, permissions { publish { allow: b }, allow_responses { max: 1 } } }] }`,
  `accounts { A { limits {}, jetstream {}, exports [{ stream: b }], mappings { c: { dest: d, weight: 100 } } }
     B { imports [{ stream: { account: A, subject: b } }] } }
   jetstream {}, websocket { no_tls: true }, tls { cert_file: a, key_file: b }`,
];

function configuration(): string[] {
  const sources = { include: () => ({ file: "", text: "" }), environment: {} };
  for (const text of conf) readSetup(parseConf(text, "page.conf", sources), "page.conf", () => "");
  return [
    "Variables, environment, includes and reloading as in nats-server. An unknown option is refused, with its place.",
    "",
    "| block | options | read, of no effect |",
    "| --- | --- | --- |",
    ...[...tables.values()].map(({ what, table }) => {
      const names = (idle: boolean) =>
        Object.entries(table)
          .filter(([, read]) => isIdle(read) === idle)
          .flatMap(([each]) => each.split(" "));
      return `| ${what.replace(/^the account .*/, "an account")} | ${code(names(false))} | ${code(names(true))} |`;
    }),
  ];
}

/** What looks at no value, or keeps none: it only checks it, or notes the option's name. */
function isIdle(read: FieldTable[string]): boolean {
  return read.length === 0 || read.name.endsWith("Of") || /^\(_, ?name\)/.test(String(read));
}
