/** What the status bar says of the emulator. */
import type { WorkbenchState } from "@millrace/workbench/protocol";
import { protocolLabels } from "./outline.ts";

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  /** What a click does. */
  readonly command: string;
  readonly warn: boolean;
}

export function statusText({ emulator, trusted, untrustedReason }: WorkbenchState): StatusText {
  if (!trusted) {
    return {
      text: "$(shield) Millrace",
      tooltip: untrustedReason ?? "This workspace is not trusted.",
      command: "workbench.trust.manage",
      warn: false,
    };
  }
  switch (emulator.status) {
    case "stopped":
      return {
        text: "$(play) Millrace",
        tooltip: "The emulator is stopped. Click to start it.",
        command: "millrace.startEmulator",
        warn: false,
      };
    case "starting":
      return {
        text: "$(loading~spin) Millrace",
        tooltip: "The emulator is starting.",
        command: "millrace.showOutput",
        warn: false,
      };
    case "failed":
      return {
        text: "$(error) Millrace",
        tooltip: `${emulator.error ?? "The emulator failed."} Click to try again.`,
        command: "millrace.startEmulator",
        warn: true,
      };
    case "running":
      return {
        text: `$(pulse) ${emulator.servers.map(({ protocol, port }) => `${protocolLabels[protocol]} ${port}`).join(" · ")}`,
        tooltip: [
          "The emulator is running. Click to stop it or copy an address.",
          ...emulator.servers.map(moved),
        ].join("\n\n"),
        command: "millrace.emulatorMenu",
        warn: false,
      };
  }
}

function moved({ url, movedFrom }: WorkbenchState["emulator"]["servers"][number]): string {
  return movedFrom === undefined ? url : `${url} (port ${movedFrom} was taken)`;
}
