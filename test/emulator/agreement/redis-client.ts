/** A client that shows replies as they came: their types too, which the usual clients hide. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A reply as text: `(integer) 1`, `"bulk"`, `OK`, `(error) ERR …`, `[…]`, `%{…}`. */
export type Shown = string;

/** What comes between replies, of tracking and of DEBUG. */
const TOLD =
  /^>?\["(?:invalidate"|tracking-redir-broken"|server-cpu-usage"|message", "__redis__:invalidate")/;

export class ShowingClient implements AsyncDisposable {
  /** What came by itself. */
  readonly told: Shown[] = [];
  readonly #socket: Socket;
  #received = "";
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.#received += chunk;
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static async connect(url: string): Promise<ShowingClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const client = new ShowingClient(socket);
    await once(socket, "connect");
    return client;
  }

  /** Sends all commands at once and returns their replies. `unordered`: whether a reply's items come in no order. */
  async run(
    commands: readonly (readonly string[])[],
    unordered: (command: readonly string[]) => boolean = () => false,
  ): Promise<Shown[]> {
    this.#socket.write(commands.map(request).join(""), "latin1");
    const replies: Shown[] = [];
    let at = 0;
    while (replies.length < commands.length) {
      const found = show(this.#received, at, unordered(commands[replies.length] ?? []));
      if (found !== null) {
        (TOLD.test(found.text) ? this.told : replies).push(found.text);
        at = found.end;
        continue;
      }
      if (this.#closed)
        throw new Error(`closed after ${replies.length} replies: ${replies.slice(-3).join(", ")}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#received = this.#received.slice(at);
    return replies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

function request(argv: readonly string[]): string {
  return `*${argv.length}\r\n${argv.map((each) => `$${each.length}\r\n${each}\r\n`).join("")}`;
}

interface Found {
  readonly text: Shown;
  readonly end: number;
}

/** The reply that begins at `at`; null where it has not come whole. */
function show(bytes: string, at: number, unordered: boolean): Found | null {
  const lineEnd = bytes.indexOf("\r\n", at);
  if (lineEnd < 0) return null;
  const rest = bytes.slice(at + 1, lineEnd);
  const after = lineEnd + 2;
  switch (bytes[at]) {
    case "+":
      return { text: rest, end: after };
    case "-":
      return { text: `(error) ${rest}`, end: after };
    case ":":
      return { text: `(integer) ${rest}`, end: after };
    case ",":
      return { text: `(double) ${rest}`, end: after };
    case "#":
      return { text: `(boolean) ${rest}`, end: after };
    case "(":
      return { text: `(big number) ${rest}`, end: after };
    case "_":
      return { text: "(null)", end: after };
    case "$":
    case "=": {
      const length = Number(rest);
      if (length < 0) return { text: "(null bulk)", end: after };
      if (bytes.length < after + length + 2) return null;
      return { text: JSON.stringify(bytes.slice(after, after + length)), end: after + length + 2 };
    }
    case "*":
      return Number(rest) < 0
        ? { text: "(null array)", end: after }
        : several(bytes, after, Number(rest), "", unordered);
    case "~":
      return several(bytes, after, Number(rest), "~", true);
    case "%":
      return several(bytes, after, Number(rest) * 2, "%", unordered);
    case ">":
      return several(bytes, after, Number(rest), ">", false);
    case "|":
      return attributed(bytes, after, Number(rest));
    default:
      throw new Error(`no reply begins like ${JSON.stringify(bytes.slice(at, at + 40))}`);
  }
}

function attributed(bytes: string, from: number, count: number): Found | null {
  const attributes = several(bytes, from, count * 2, "|", false);
  const reply = attributes && show(bytes, attributes.end, false);
  return reply && { text: `${attributes.text} ${reply.text}`, end: reply.end };
}

function several(
  bytes: string,
  from: number,
  count: number,
  sign: string,
  unordered: boolean,
): Found | null {
  const items: Shown[] = [];
  let at = from;
  for (let index = 0; index < count; index++) {
    const found = show(bytes, at, unordered);
    if (found === null) return null;
    items.push(found.text);
    at = found.end;
  }
  if (unordered) items.sort();
  return { text: `${sign}[${items.join(", ")}]`, end: at };
}
