import { expect, test } from "vitest";
import type { ServiceState, WorkbenchState } from "../protocol.ts";
import { createAnnouncer } from "./announcing.ts";

const quiet: WorkbenchState = {
  shell: "browser",
  workspace: "shop",
  trusted: true,
  analysis: { status: "ready" },
  topology: {
    revision: 1,
    services: ["orders", "billing"].map((name) => ({
      id: `service:${name}`,
      name,
      directory: name,
      place: null,
      command: null,
    })),
    servers: [],
    channels: [],
    operations: [],
    links: [],
    problems: [],
    notices: [],
  },
  emulator: { status: "stopped", servers: [] },
  realBrokers: {},
  services: {},
  savedMessages: [],
};

function announcer() {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const announce = createAnnouncer({
    coloured: false,
    say,
    warn: (line) => say(`! ${line}`),
    service: () => {},
  });
  return { announce, said };
}

function withServices(services: Record<string, Omit<ServiceState, "command">>): WorkbenchState {
  const states = Object.entries(services).map(([name, state]) => [
    `service:${name}`,
    { ...state, command: null },
  ]);
  return { ...quiet, services: Object.fromEntries(states) as WorkbenchState["services"] };
}

test("each change is said once", () => {
  const { announce, said } = announcer();
  announce(quiet);
  announce(
    withServices({
      orders: { status: "starting", pid: 1 },
      billing: { status: "starting", pid: 2 },
    }),
  );
  const crashed = withServices({
    orders: { status: "running", pid: 1 },
    billing: { status: "crashed", error: "ended with code 1\nthe last lines" },
  });
  announce(crashed);
  announce({ ...crashed, savedMessages: [] });
  expect(said).toEqual(["orders is ready", "! billing crashed: ended with code 1"]);
});

test("a service that came up again is said again", () => {
  const { announce, said } = announcer();
  announce(withServices({ orders: { status: "running", pid: 1 } }));
  announce(withServices({ orders: { status: "running", pid: 2 } }));
  expect(said).toEqual(["orders is ready", "orders is ready"]);
});

test("where the emulator is, that it moved, and whom that concerns", () => {
  const { announce, said } = announcer();
  const problem = {
    code: "taken-port",
    severity: "warning",
    message: "orders talks to localhost:4222",
    subject: "server:orders:broker",
    place: null,
  } as const;
  const moved: WorkbenchState = {
    ...quiet,
    emulator: {
      status: "running",
      servers: [
        { protocol: "nats", url: "nats://127.0.0.1:4001", port: 4001, movedFrom: 4222 },
        { protocol: "mqtt", url: "mqtt://127.0.0.1:1883", port: 1883 },
      ],
    },
    topology: { ...quiet.topology, problems: [problem] },
  };
  announce(moved);
  announce(moved);
  expect(said).toEqual([
    "nats: nats://127.0.0.1:4001 (4222 is taken)",
    "mqtt: mqtt://127.0.0.1:1883",
    "! orders talks to localhost:4222",
  ]);
});

test("what failed says why", () => {
  const { announce, said } = announcer();
  announce({
    ...quiet,
    analysis: { status: "failed", error: "no tsconfig" },
    emulator: { status: "failed", servers: [], error: "no port is free" },
  });
  expect(said).toEqual([
    "! the code cannot be read: no tsconfig",
    "! the emulator cannot be started: no port is free",
  ]);
});
