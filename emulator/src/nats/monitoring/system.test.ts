import { expect, test } from "vitest";
import { createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal } from "../../journal.ts";
import { hear } from "../model/internal.ts";
import { defaultOptions } from "../model/options.ts";
import { openNats } from "../protocol.ts";

/** Asks on a subject; the answer as JSON, or undefined where there is none. */
function server() {
  const clock = createClock();
  const context = {
    clock,
    journal: createJournal(clock),
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1024,
    log: () => {},
  };
  const { server } = openNats(context, {
    ...defaultOptions,
    tags: ["blue"],
    jetstream: { maxMemory: -1, maxStorage: -1 },
  });
  let inboxes = 0;
  function ask(account: "$G" | "$SYS", subject: string, options: object = {}) {
    const reply = `_INBOX.${++inboxes}`;
    // oxlint-disable-next-line typescript/no-explicit-any
    let answer: any;
    const asker = server.account(account);
    hear(asker, reply, ({ payload }) => (answer = JSON.parse(Buffer.from(payload).toString())));
    const payload = Buffer.from(JSON.stringify(options));
    asker.publish({ number: 1, subject, reply, payload, client: null }, null);
    return answer;
  }
  return { ask, id: server.id };
}

test("a page asked for by the names that nats-server's options have in JSON", () => {
  const { ask } = server();
  // What Go leaves at its zero value asks for nothing.
  const nothing = { sort: "", state: 0, user: "", acc: "", subscriptions_detail: false };
  expect(ask("$SYS", "$SYS.REQ.SERVER.PING.CONNZ", { ...nothing, limit: 2 })).toMatchObject({
    server: { ver: "2.10.27", flags: 3 },
    data: { num_connections: 0, limit: 2, connections: [] },
  });
  expect(ask("$SYS", "$SYS.REQ.SERVER.PING.JSZ", { account: "$G", accounts: true })).toMatchObject({
    data: { account_details: [{ name: "$G" }] },
  });
});

test("what cannot be asked is answered with an error, and ends no connection", () => {
  const { ask } = server();
  expect(ask("$SYS", "$SYS.REQ.SERVER.PING.CONNZ", { sort: "colour" }).error).toEqual({
    code: 500,
    description: "invalid sorting option: colour",
  });
  expect(ask("$SYS", "$SYS.REQ.ACCOUNT.NOBODY.INFO").error).toEqual({
    code: 500,
    description: "Account NOBODY does not exist",
  });
});

test("only the server that is meant answers", () => {
  const { ask, id } = server();
  const named = (options: object) => ask("$SYS", "$SYS.REQ.SERVER.PING.VARZ", options);
  expect(named({ server_name: "millrace", tags: ["blue"] }).data.server_id).toBe(id);
  expect(named({ server_name: "other" })).toBeUndefined();
  expect(named({ tags: ["blue", "red"] })).toBeUndefined();
  expect(named({ domain: "hub" })).toBeUndefined();
  expect(ask("$SYS", `$SYS.REQ.SERVER.${id}.IDZ`)).toMatchObject({ id });
});

test("an account sees itself, and nobody else", () => {
  const { ask } = server();
  for (const target of ["SERVER", "ACCOUNT"])
    expect(ask("$G", `$SYS.REQ.${target}.PING.CONNZ`).data.num_connections).toBe(0);
  expect(ask("$G", "$SYS.REQ.SERVER.PING.VARZ")).toBeUndefined();
  expect(ask("$G", "$SYS.REQ.ACCOUNT.PING.STATZ")).toBeUndefined();
  expect(
    ask("$G", "$SYS.REQ.ACCOUNT.PING.STATZ", { include_unused: true }).data.account_statz,
  ).toMatchObject([{ acc: "$G", conns: 0 }]);
  expect(ask("$SYS", "$SYS.REQ.ACCOUNT.$G.INFO").data).toMatchObject({
    account_name: "$G",
    jetstream_enabled: true,
  });
});

test("STATSZ says what the server takes and keeps", () => {
  const { ask } = server();
  ask("$G", "$JS.API.STREAM.CREATE.A", { name: "A", storage: "memory", max_bytes: 1000 });
  const { statsz } = ask("$SYS", "$SYS.REQ.SERVER.PING.STATSZ");
  expect(statsz).toMatchObject({
    active_servers: 1,
    jetstream: { stats: { reserved_memory: 1000, reserved_storage: 0, accounts: 1 } },
  });
  expect(statsz.jetstream.config.max_memory).toBeGreaterThan(0);
  expect(statsz.mem).toBeGreaterThan(0);
});
