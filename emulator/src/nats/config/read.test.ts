import { expect, test } from "vitest";
import { readSetup } from "./read.ts";
import type { Setup } from "./setup.ts";
import { parseConf } from "./syntax.ts";

function read(text: string): Setup {
  const sources = { include: () => ({ file: "", text: "" }), environment: {} };
  return readSetup(parseConf(text, "test.conf", sources), "test.conf", () => "");
}

test("the options are what the file says, in ms and bytes", () => {
  const setup = read(`
    listen: 0.0.0.0:-1
    http: 127.0.0.1:8222
    max_payload: 2MB, ping_interval: "1m30s", lame_duck_duration: "500ms"
    jetstream { store_dir: /tmp/js, max_mem: 1GB, domain: hub }
    leafnodes { listen: 127.0.0.1:-1, remotes: [] }
    mqtt { port: 1883 }
    authorization { timeout: 0.5, users: [{ user: 1, password: 2 }] }
  `);
  expect(setup).toMatchObject({
    port: -1,
    http: { host: "127.0.0.1", port: 8222 },
    others: [{ what: "leafnodes", at: { port: -1 } }],
    unheard: ["mqtt"],
    nats: {
      host: "0.0.0.0",
      maxPayload: 2 * 1024 * 1024,
      pingInterval: 90_000,
      lameDuckDuration: 500,
      jetstream: { storeDir: "/tmp/js", maxMemory: 1024 ** 3, maxStorage: -1, domain: "hub" },
      auth: { timeout: 500, users: [{ account: "$G", user: "1", password: "2" }] },
    },
  });
});

test.each([
  ["\nports: 4222", 'test.conf:2:8: unknown field "ports"'],
  ["max_paylod: 1", "did you mean max_payload?"],
  ["authorization { users: [{ pass: x }] }", "test.conf:1:25: User entry requires a user"],
  ["authorization { users: [{ nkey: UABC }] }", "Not a valid public nkey for a user"],
  ["authorization { users: [{ user: a, pass: $2a$11$x }] }", "bcrypted passwords are not checked"],
  [
    "authorization { user: a, pass: b }\naccounts { A {} }",
    "Can not have a single user/pass and accounts",
  ],
  ["accounts { A { users [{user: a}] }, B { users [{user: a}] } }", 'Duplicate user "a" detected'],
  ["no_auth_user: nobody", 'no_auth_user: "nobody" not present'],
  ["port: 70000", "test.conf:1:7: 70000 is no port"],
  ["ping_interval: soon", '"soon" is no time: write 2s, 1m30s or 500ms'],
  ["tls { cert_file: a }", "missing 'key_file' in TLS configuration"],
  ["websocket { port: 80 }", "websocket requires TLS configuration"],
  ["jetstream: maybe", "Expected 'enabled' or 'disabled' for string value, got 'maybe'"],
  [
    "authorization { users [{ user: a, permissions { publish: 'a b c' } }] }",
    'subject "a b c" is not a valid subject',
  ],
])("says where and what is wrong in %j", (text, reason) => {
  expect(() => read(text)).toThrow(reason);
});
