/** What a protocol opens beside its own port. */
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import type { EmulatorOptions } from "./emulator.ts";
import { createFaultEngine } from "./fault-engine.ts";
import { createJournal } from "./journal.ts";
import { type Opened, openProtocol } from "./opening.ts";
import type { FurtherTerms, ProtocolKind } from "./protocol.ts";

/** A protocol that says on its further port where it is, and notes when that port is first used. */
function kindWith(
  defaultPort: number,
  used: FurtherTerms[] = [],
  closed: string[] = [],
): ProtocolKind {
  return {
    name: "rabbitmq",
    defaultPort: 0,
    scheme: "amqp://",
    open: async () => ({
      accept: () => ({ receive() {}, refuse() {}, closed() {} }),
      publish: async () => {},
      close: async () => void closed.push("protocol"),
      further: [
        {
          name: "management",
          defaultPort,
          scheme: "http://",
          async serve(terms) {
            used.push(terms);
            return createHttpServer((_, response) => response.end(JSON.stringify(terms.server)));
          },
        },
      ],
    }),
  };
}

function open(kind: ProtocolKind, options: EmulatorOptions): Promise<Opened> {
  const clock = createClock();
  const context = {
    ...{ clock, journal: createJournal(clock), faults: createFaultEngine(), auth: null },
    ...{ maxPayload: 1024, log: () => {} },
  };
  return openProtocol(kind, context, options, () => 1);
}

test("a further port is served when somebody comes, by one server", async () => {
  const used: FurtherTerms[] = [];
  const opened = await open(kindWith(0, used), {});
  const { management } = opened.server;
  expect(management?.url).toBe(`http://127.0.0.1:${management?.port}`);
  expect(used).toEqual([]);
  const seen = await Promise.all(
    [1, 2].map(async () => (await fetch(management?.url ?? "")).json()),
  );
  expect(seen).toEqual([opened.server, opened.server]);
  expect(used).toHaveLength(1);
  await opened.closePorts();
  await expect(fetch(management?.url ?? "")).rejects.toThrow("fetch failed");
});

test("a further port that is taken moves, or is an error that leaves nothing open", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const ports = { "rabbitmq-management": port };
  const moved = await open(kindWith(0), { ports });
  expect(moved.server.management).toMatchObject({ movedFrom: port });
  expect(moved.server.movedFrom).toBeUndefined();
  await moved.closePorts();
  const closed: string[] = [];
  const refused = open(kindWith(0, [], closed), { ports, moveTakenPorts: false });
  await expect(refused).rejects.toThrow(`port ${port} is taken`);
  expect(closed).toEqual(["protocol"]);
  other.close();
});

test("where any port will do for the protocol, any will do beside it", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const opened = await open(kindWith(port), { ports: { rabbitmq: 0 }, moveTakenPorts: false });
  expect(opened.server.management?.port).not.toBe(port);
  await opened.closePorts();
  other.close();
});
