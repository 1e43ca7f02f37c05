/**
 * Starts on the brokers that INTEROP_BROKERS names, then takes orders from run.js: one JSON object a line on stdin.
 * `millrace run ts-service/app.ts --factory`
 */
import { createInterface } from "node:readline";
import { App, createLogger } from "millrace";
import { type Mode, type Question, TIMEOUT } from "./contract.ts";
import { type Described, report, undescribed } from "./reports.ts";

interface Order {
  readonly id: number;
  readonly do: "note" | "ask";
  readonly mode: string;
  readonly body: Described;
  readonly headers: Record<string, string>;
  readonly correlationId: string;
}

const sides = {
  kafka: () => import("./on-kafka.ts"),
  rabbitmq: () => import("./on-rabbitmq.ts"),
  nats: () => import("./on-nats.ts"),
  jetstream: () => import("./on-jetstream.ts"),
  redis: () => import("./on-redis.ts"),
  mqtt: () => import("./on-mqtt.ts"),
};

export async function app(): Promise<App> {
  const names = (process.env["INTEROP_BROKERS"] ?? "").split(",") as (keyof typeof sides)[];
  const chosen = await Promise.all(names.map((name) => sides[name]()));
  const [first, ...others] = chosen.map(({ broker }) => broker);
  if (first === undefined) throw new Error("INTEROP_BROKERS names no broker");
  const modes = new Map(chosen.flatMap(({ modes }) => modes).map((mode) => [mode.name, mode]));
  // Stdout is for reports, so the log goes to stderr.
  const logger = createLogger({
    destination: { write: (line) => void process.stderr.write(line) },
  });
  const orders = createInterface({ input: process.stdin });
  return new App(first, ...others, { title: "interop-ts", logger })
    .afterStartup(() => {
      orders.on("line", (line) => void carryOut(modes, JSON.parse(line) as Order));
      report("ready", { modes: [...modes.keys()] });
    })
    .onShutdown(() => orders.close());
}

async function carryOut(modes: ReadonlyMap<string, Mode>, order: Order): Promise<void> {
  const { id, headers, correlationId } = order;
  const mode = modes.get(order.mode);
  try {
    if (mode === undefined) throw new Error(`no such mode: ${order.mode}`);
    const { notes, texts, questions } = mode;
    const body = undescribed(order.body);
    if (order.do === "ask") {
      const options = { headers, correlationId, timeout: TIMEOUT };
      if (questions === undefined) throw new Error(`nobody asks in the mode ${order.mode}`);
      const value = await questions.request(body as Question, options);
      report("done", { id, answer: { body: { kind: "json", value } } });
      return;
    }
    if (typeof body === "string") await texts.publish(body, { headers, correlationId });
    else await notes.publish(body, { headers, correlationId });
    report("done", { id });
  } catch (error) {
    report("done", { id, error: String(error) });
  }
}
