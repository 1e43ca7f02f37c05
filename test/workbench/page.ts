/** A page without a screen: speaks to a running workbench as the page in the browser does. */
import type {
  Answer,
  PageMessage,
  SessionMessage,
  TrafficEvent,
  WorkbenchState,
} from "@millrace/workbench/protocol";
import { WebSocket } from "ws";

/** A message that is answered, without its number. */
type Question = PageMessage extends infer Each
  ? Each extends { request: number }
    ? Omit<Each, "request">
    : never
  : never;

export interface Page extends AsyncDisposable {
  readonly state: () => WorkbenchState;
  readonly events: () => readonly TrafficEvent[];
  tell(message: PageMessage): void;
  ask(question: Question): Promise<Answer>;
}

/** Opens the address as `millrace dev` prints it; resolves when it was told the state. */
export async function openPage(address: string): Promise<Page> {
  const url = new URL(address);
  const socket = new WebSocket(`ws://${url.host}/session`, { headers: { origin: url.origin } });
  const answers = new Map<number, (answer: Answer) => void>();
  const events: TrafficEvent[] = [];
  let state: WorkbenchState | undefined;
  let requests = 0;
  let begin: (state: WorkbenchState) => void = () => {};
  const begun = new Promise<WorkbenchState>((resolve) => (begin = resolve));
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as SessionMessage;
    if (message.kind === "state") begin((state = message.state));
    if (message.kind === "traffic") events.push(...message.events);
    if (message.kind === "answer") answers.get(message.request)?.(message.answer);
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const tell = (message: object) => socket.send(JSON.stringify(message));
  tell({ kind: "hello", token: url.hash.slice("#token=".length) });
  tell({ kind: "ready" });
  const first = await begun;
  return {
    state: () => state ?? first,
    events: () => events,
    tell,
    ask(question) {
      const request = ++requests;
      tell({ ...question, request });
      return new Promise((resolve) => answers.set(request, resolve));
    },
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}
