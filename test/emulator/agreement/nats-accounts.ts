/**
 * Users with permissions in accounts that import from each other: random scripts, in the protocol's own lines, and all that
 * each user gets. A queue group has one member here: which of several is chosen is chance.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { anyOf, type Words } from "./grammar.ts";

/** What both servers are set up with. */
export const accountsConfig = `
accounts {
  A {
    users [
      { user: a, password: pw }
      { user: limited, password: pw, permissions {
        publish { allow: ["p.>", "svc.*", "_INBOX.>", "out.x"], deny: ["p.no.*", "p.*.no"] }
        subscribe { allow: ["s.>", "p.*", "_INBOX.>", "q.* w1"], deny: ["s.no", "s.*.no"] } } }
      { user: answers, password: pw, permissions {
        subscribe: ["req.*", "svc.*", "many"]
        allow_responses { max: 2, expires: "1h" } } }
    ]
    exports [
      { stream: "out.>" }, { stream: "priv.*", accounts: [B] }
      { service: "svc.*" }, { service: "only", accounts: [C] }, { service: "many", response_type: stream }
    ]
    imports [{ service { account: B, subject: "bsvc" }, to: "local.bsvc" }]
  }
  B {
    users [{ user: b, password: pw }]
    exports [{ service: "bsvc" }, { stream: "out.b" }]
    imports [
      { stream { account: A, subject: "out.>" }, prefix: "from.a" }
      { stream { account: A, subject: "priv.*" } }
      { service { account: A, subject: "svc.*" } }
      { service { account: A, subject: "many" }, to: "b.many" }
    ]
    mappings { "m.one": "m.two", "w.*.*": "w.{{wildcard(2)}}.{{wildcard(1)}}" }
  }
  C {
    users [{ user: c, password: pw }]
    imports [
      { service { account: A, subject: "only" } }
      { stream { account: A, subject: "out.x" }, to: "y" }
      { stream { account: B, subject: "out.b" } }
    ]
    default_permissions { publish { deny: "c.no" } }
  }
}`;

const users = ["a", "limited", "answers", "b", "c"] as const;
type User = (typeof users)[number];

const few = (...words: readonly string[]) => fc.constantFrom(...words);
const words: Words = {
  literal: few(
    ..."out.x out.y.z out.b priv.1 svc.1 only many b.many bsvc local.bsvc from.a.out.x y m.one m.two w.1.2".split(
      " ",
    ),
    ..."p.a p.no.x p.a.no s.x s.no s.a.no q.1 req.1 c.no c.yes _INBOX.1 reply.1".split(" "),
  ),
  wild: few(
    ..."> * out.> out.* priv.* svc.* from.> from.a.> from.a.out.* m.* w.> w.*.1 p.> p.* s.> s.* q.* q.> req.* _INBOX.> reply.*".split(
      " ",
    ),
  ),
  // The reply of the last message that this user got.
  reply: few("_INBOX.1", "_INBOX.2", "reply.1", "p.b", "LAST"),
};

const line = anyOf(
  [
    "SUB (<literal>|<wild>) 1",
    "SUB (<literal>|<wild>) (1|2|3|4)",
    "SUB (<literal>|<wild>) (w1 1|w2 2)",
    "UNSUB (1|2|3) [1|2]",
    "PUB <literal>",
    "PUB <literal> <reply>",
    "PUB (LAST|LAST|svc.1|many|only|b.many|local.bsvc) [<reply>]",
    "PUB <wild>",
  ],
  words,
);

type Step = readonly [user: User, line: readonly string[]];
export const accountsScript: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(fc.constantFrom(...users), line),
  { minLength: 1, maxLength: 25 },
);

/** All users of one server, connected once for all scripts. */
export class Users implements AsyncDisposable {
  readonly #clients: ReadonlyMap<User, Line>;

  private constructor(clients: ReadonlyMap<User, Line>) {
    this.#clients = clients;
  }

  static async connect(url: string): Promise<Users> {
    const clients = await Promise.all(
      users.map(async (user) => [user, await Line.connect(url, user)] as const),
    );
    return new Users(new Map(clients));
  }

  /** What every step brought to whom. */
  async play(script: readonly Step[]): Promise<string[]> {
    const seen: string[] = [];
    const names = new Map<string, string>();
    for (const [user, words] of script) {
      const client = this.#clients.get(user);
      client?.send(words);
      await client?.settled();
      await Promise.all([...this.#clients.values()].map((each) => each.settled()));
      // To which subscription first is chance.
      const got = [...this.#clients].flatMap(([name, each]) =>
        each
          .take()
          .map((text) => `${name} ${nameless(text, names)}`)
          .toSorted(),
      );
      seen.push([`${user}: ${words.join(" ")}`, ...got].join("\n  "));
    }
    await Promise.all([...this.#clients.values()].map((client) => client.forget()));
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.end();
  }
}

/** Replies of imported services have names by chance; how long a client's ping takes is in a header, and so in its size. */
function nameless(text: string, names: Map<string, string>): string {
  const timeless = text
    .replace(/,"rtt":\d+/, ',"rtt":some')
    .replace(/^(HMSG .*) \d+ \d+ /, "$1 sizes ");
  return timeless.replaceAll(/_R_\.\S+/g, (name) => {
    const known = names.get(name) ?? `_R_${names.size + 1}`;
    names.set(name, known);
    return known;
  });
}

/** One connection, line by line. */
class Line {
  readonly #socket: Socket;
  #received = "";
  #lines: string[] = [];
  #pongs = 0;
  #pings = 0;
  #last = "nowhere";
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.#received += chunk;
      this.#read();
      this.#wake();
    });
    socket.on("error", () => {});
  }

  static async connect(url: string, user: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const line = new Line(socket);
    await once(socket, "connect");
    const options = {
      user,
      pass: "pw",
      verbose: false,
      headers: true,
      no_responders: true,
      protocol: 1,
    };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
    await line.settled();
    line.take();
    return line;
  }

  send(words: readonly string[]): void {
    const text = words.map((word) => (word === "LAST" ? this.#last : word)).join(" ");
    this.#socket.write(words[0] === "PUB" ? `${text} 2\r\nhi\r\n` : `${text}\r\n`);
  }

  /** All that was sent has been dealt with, and all that this brought is here. */
  async settled(): Promise<void> {
    const wanted = ++this.#pings;
    this.#socket.write("PING\r\n");
    while (this.#pongs < wanted) {
      if (this.#socket.destroyed)
        throw new Error(`closed after ${this.#lines.slice(-3).join(", ")}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  take(): string[] {
    return this.#lines.splice(0);
  }

  async forget(): Promise<void> {
    for (const sid of [1, 2, 3, 4]) this.#socket.write(`UNSUB ${sid}\r\n`);
    await this.settled();
    this.take();
    this.#last = "nowhere";
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const end = this.#received.indexOf("\r\n");
      if (end < 0) return;
      const text = this.#received.slice(0, end);
      const size = /^H?MSG .* (\d+)$/.exec(text)?.[1];
      const length = end + 2 + (size === undefined ? 0 : Number(size) + 2);
      if (this.#received.length < length) return;
      const payload = this.#received.slice(end + 2, length);
      this.#received = this.#received.slice(length);
      if (text === "PONG") this.#pongs++;
      else if (text === "PING") this.#socket.write("PONG\r\n");
      else if (!text.startsWith("INFO ")) this.#lines.push(`${text} ${payload}`.trim());
      const reply = /^H?MSG \S+ \S+ (\S+) [\d ]+$/.exec(text)?.[1];
      if (text.startsWith("MSG") && reply !== undefined && !/^\d+$/.test(reply)) this.#last = reply;
    }
  }
}
