/** What stands in the way, and what to do about it: banners above the picture, or a page in its place. */
import type { ReactNode } from "react";
import { Button, Busy } from "./controls.tsx";
import { Failure, Info, Warning } from "./icons.tsx";
import { usePage, useStore } from "./store/hooks.ts";

/** One line each; the picture stays usable below them. */
export function Notices(): ReactNode {
  const store = useStore();
  const connection = usePage((state) => state.connection);
  const workbench = usePage((state) => state.workbench);
  if (workbench === null) return null;
  const { trusted, untrustedReason, analysis, emulator, topology } = workbench;
  return (
    <div className="notices">
      {connection !== "open" && (
        <p className="notice error" role="alert" data-testid="connection-lost">
          <Failure /> Connection lost: what you see may be old. Is <code>millrace dev</code> still
          running? Trying again…
        </p>
      )}
      {!trusted && (
        <p className="notice warning" data-testid="untrusted">
          <Warning />{" "}
          {untrustedReason ??
            "This workspace is not trusted: starting, running and sending are off until you trust it."}
        </p>
      )}
      {analysis.status === "failed" && topology.services.length + topology.channels.length > 0 && (
        <p className="notice error" role="alert" data-testid="analysis-failed">
          <Failure /> The picture is from before the last change, which could not be read:{" "}
          {analysis.error ?? "no reason was given"}
        </p>
      )}
      {emulator.status === "failed" && (
        <p className="notice error" role="alert" data-testid="emulator-failed">
          <Failure /> The emulator did not start: {emulator.error ?? "no reason was given"}
        </p>
      )}
      {trusted && emulator.status === "stopped" && topology.services.length > 0 && (
        <p className="notice" data-testid="emulator-stopped">
          <Info />{" "}
          <span>
            The emulator is stopped: services have no broker to talk to, and nothing can be sent.
          </span>
          <Button look="primary" onPress={() => store.post({ kind: "start-emulator" })}>
            Start the emulator
          </Button>
        </p>
      )}
      {topology.services.length > 0 &&
        topology.notices.map((notice) => (
          <p className="notice" key={notice}>
            <Info /> {notice}
          </p>
        ))}
    </div>
  );
}

/** The picture, or why there is none. */
export function Obstacle({ children }: { readonly children: ReactNode }): ReactNode {
  const analysis = usePage((state) => state.workbench?.analysis);
  const topology = usePage((state) => state.workbench?.topology);
  if (topology === undefined || analysis === undefined) return null;
  if (topology.services.length + topology.channels.length > 0) return children;
  if (analysis.status === "reading") {
    return (
      <div className="empty" data-testid="reading">
        <Busy label="Reading" />
        <p>Reading the workspace's code. Nothing of it is run.</p>
      </div>
    );
  }
  if (analysis.status === "failed") {
    return (
      <div className="empty" data-testid="analysis-failed" role="alert">
        <h1>The code could not be read</h1>
        <pre>{analysis.error ?? "No reason was given."}</pre>
        <p>Correct what it names and save: the workbench reads again by itself.</p>
      </div>
    );
  }
  return (
    <div className="empty" data-testid="nothing-found">
      <h1>No subscribers or publishers found</h1>
      {topology.notices.length > 0 ? (
        <>
          <p>This was seen in the workspace:</p>
          <ul>
            {topology.notices.map((notice) => (
              <li key={notice}>{notice}</li>
            ))}
          </ul>
          <p>Millrace's own declarations are drawn here. The first one looks like this:</p>
        </>
      ) : (
        <p>Declare the first one, save, and it appears here:</p>
      )}
      <pre className="sample">{SAMPLE}</pre>
      <p>
        Or let <code>npx millrace init</code> make a first service.
      </p>
    </div>
  );
}

const SAMPLE = `import { App } from "millrace";
import { NatsBroker } from "millrace/nats";

const broker = new NatsBroker();

export const greet = broker.subscriber(
  "greetings.{name}",
  {},
  async (text: string, { logger, params }) => {
    logger.info("%s says %s", params.name, text);
  },
);

export const app = new App(broker, { title: "greeter" });`;
