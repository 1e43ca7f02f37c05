/** A cable between client and server that a test can cut and mend: reconnecting is tested without touching the server. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Transform } from "node:stream";

export interface Wire extends AsyncDisposable {
  /** Instead of the server's. */
  readonly url: string;
  /** How many connections go through it now. */
  readonly connections: number;
  /** Ends all connections. `refuse`: new ones too, until `mend`. */
  cut(options?: { refuse?: boolean }): void;
  mend(): void;
  stop(): Promise<void>;
}

/** `answers`: what the server says goes through one of these for each connection, given the wire's own address. */
export async function startWire(
  serverUrl: string,
  answers?: (host: string) => Transform,
): Promise<Wire> {
  const { hostname, port } = new URL(serverUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far);
    (answers === undefined ? far : far.pipe(answers(url.host))).pipe(near);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(serverUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);

  const wire: Wire = {
    url: url.href,
    get connections() {
      return pairs.size;
    },
    cut({ refuse = false } = {}) {
      refusing = refuse;
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
    },
    mend() {
      refusing = false;
    },
    async stop() {
      wire.cut({ refuse: true });
      server.close();
      await once(server, "close");
    },
    [Symbol.asyncDispose]: () => wire.stop(),
  };
  return wire;
}
