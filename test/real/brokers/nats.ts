import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifyNats } from "../identify.ts";
import { borrow, freePort, startServer, type RealBroker } from "./server.ts";

/** The release that the emulator claims to be, beside the newest under a name of its own. */
export const CLAIMED_RELEASE = "2.10.27";

/** nats-server; about 50 ms. `config`: further lines of its configuration file. `release`: not the newest, but this one. */
export async function startNatsServer(config = "", release?: string): Promise<RealBroker> {
  const lent = release === undefined && process.env["TEST_NATS_URL"];
  const command = release === undefined ? "nats-server" : `nats-server-${release}`;
  // A lent one is expected to have JetStream.
  const ordinary = ["", "jetstream {}", "jetstream: enabled"].includes(config);
  if (lent && ordinary) return borrow(lent, identifyNats);
  return startServer({
    name: command,
    install:
      release === undefined
        ? "apt install nats-server"
        : `go install github.com/nats-io/nats-server/v2@v${release}, and call it ${command}`,
    variable: "TEST_NATS_URL",
    async prepare(folder) {
      const port = await freePort();
      const file = join(folder, "server.conf");
      await writeFile(file, `host: "127.0.0.1"\nport: ${port}\n${config}\n`);
      return {
        command,
        // Where streams are kept, if its configuration enables JetStream; by default all servers of a machine share a folder.
        arguments: ["-c", file, "-sd", join(folder, "store")],
        url: `nats://127.0.0.1:${port}`,
        identify: identifyNats,
      };
    },
  });
}
