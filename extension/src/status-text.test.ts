import { expect, test } from "vitest";
import { running, stopped } from "./fixtures/orders-and-billing.ts";
import { statusText } from "./status-text.ts";

test("stopped: a click starts the emulator", () => {
  expect(statusText(stopped)).toMatchObject({
    text: "$(play) Millrace",
    command: "millrace.startEmulator",
  });
});

test("running: the ports, and a menu behind them", () => {
  const shown = statusText(running);
  expect(shown).toMatchObject({
    text: "$(pulse) NATS 4222 · MQTT 40007",
    command: "millrace.emulatorMenu",
  });
  expect(shown.tooltip).toContain("mqtt://127.0.0.1:40007 (port 1883 was taken)");
});

test("failed: says why, and a click tries again", () => {
  const failed = statusText({
    ...stopped,
    emulator: { status: "failed", servers: [], error: "Port 4222 is taken." },
  });
  expect(failed).toMatchObject({ command: "millrace.startEmulator", warn: true });
  expect(failed.tooltip).toContain("Port 4222 is taken.");
});

test("untrusted: leads to the trust editor, whatever the emulator does", () => {
  const shown = statusText({
    ...stopped,
    trusted: false,
    untrustedReason: "This workspace is not trusted.",
  });
  expect(shown).toMatchObject({
    command: "workbench.trust.manage",
    tooltip: "This workspace is not trusted.",
  });
});
