/**
 * The same random scripts of users in several accounts on the emulator's nats-server and on the one that it claims to be,
 * with one configuration. A failure shows the shortest script that still differs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, test, vi } from "vitest";
import { bringUpToDate } from "../../../build.js";
import { CLAIMED_RELEASE, type RealBroker, startNatsServer } from "../../real/brokers.ts";
import { accountsConfig, accountsScript, Users } from "./nats-accounts.ts";
import { sameAnswers } from "./same-answers.ts";

const program = fileURLToPath(new URL("../../../emulator/programs/nats-server", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "millrace-accounts-"));
let real: RealBroker;
let emulator: ChildProcess;
let url: string;

beforeAll(async () => {
  real = await startNatsServer(accountsConfig, CLAIMED_RELEASE);
  await bringUpToDate("emulator");
  const file = join(folder, "server.conf");
  const own = `port: -1\nports_file_dir: ${JSON.stringify(folder)}`;
  writeFileSync(file, `${own}\n${accountsConfig}\n`);
  emulator = spawn(process.execPath, [program, "-c", file], { stdio: "ignore" });
  const ports = join(folder, `nats-server_${emulator.pid}.ports`);
  // It may be there and not written yet.
  const read = () => JSON.parse(readFileSync(ports, "utf8")) as { nats: [string] };
  [url] = (await vi.waitFor(read, 30_000)).nats;
});
afterAll(async () => {
  emulator?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  await real?.stop();
});

test("users and accounts", async () => {
  await using reference = await Users.connect(real.url);
  await using ours = await Users.connect(url);
  await sameAnswers(accountsScript, 75, (script) =>
    Promise.all([reference.play(script), ours.play(script)]),
  );
});
