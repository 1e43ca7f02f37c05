import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { analyze, openProject } from "./analyze.ts";

function topologyOf(name: string) {
  return analyze(
    openProject({
      folder: fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)),
      trusted: false,
    }),
  );
}

test("two-services-one-channel", () => {
  const t = topologyOf("two-services-one-channel");
  expect(t.links).toEqual([
    {
      kind: "message",
      from: "send:orders:nats:orders.accepted",
      to: "receive:billing:nats:orders.accepted",
    },
  ]);
});
