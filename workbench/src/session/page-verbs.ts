/** What a page says, done: checked first, then one verb of the session each. */
import type { Answer, PageMessage, SessionMessage } from "../protocol.ts";
import type { Place } from "../topology.ts";
import { checkPageMessage } from "./guard.ts";
import type { Session } from "./contract.ts";

export interface PageSide {
  readonly send: (message: SessionMessage) => void;
  readonly ready: () => void;
  readonly open?: (place: Place) => void;
  readonly log: (line: string) => void;
}

/** Never rejects: what goes wrong is an answer, a state, or a line in the log. */
export async function receive(session: Session, given: unknown, page: PageSide): Promise<void> {
  const checked = checkPageMessage(given);
  if (!checked.ok) {
    page.log(`a message of the page was refused: ${checked.reason}`);
    if (checked.request !== null)
      answer(checked.request, { kind: "failed", reason: checked.reason });
    return;
  }
  const { message } = checked;
  try {
    await act(message);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    page.log(`${message.kind}: ${reason}`);
    if ("request" in message) answer(message.request, { kind: "failed", reason });
  }

  function answer(request: number, it: Answer): void {
    page.send({ kind: "answer", request, answer: it });
  }

  async function act(message: PageMessage): Promise<void> {
    switch (message.kind) {
      case "ready":
        return page.ready();
      case "start-emulator":
        return session.startEmulator();
      case "stop-emulator":
        return session.stopEmulator();
      case "start-service":
        return void (await session.startService(message.id));
      case "stop-service":
        return session.stopService(message.id);
      case "start-all":
        return session.startAll();
      case "stop-all":
        return session.stopAll();
      case "clear-traffic":
        return session.clearTraffic();
      case "open":
        return page.open?.(message.place);
      case "draft":
        return answer(message.request, await session.draft(message.operation, message.seed));
      case "check":
        return answer(message.request, await session.check(message.operation, message.draft));
      case "send":
        return answer(
          message.request,
          await session.send(message.operation, message.draft, {
            anyway: message.anyway ?? false,
            real: message.real ?? false,
          }),
        );
      case "save-message":
        return answer(
          message.request,
          await session.saveMessage(message.operation, message.name, message.draft),
        );
    }
  }
}
