/**
 * Sends a message to a real broker: by the runtime's own brokers, those of the millrace that the service itself has, in a
 * process of its own. So what is sent is what the service would send, with its clients, and none of it is in the workbench.
 */
import { spawn } from "node:child_process";
import type { Channel, ProtocolName } from "../topology.ts";
import { nodeProgram } from "./commands.ts";
import { protocolNames } from "./protocol-names.ts";

/** Connecting may take five seconds and publishing ten; a process that takes longer hangs. */
const DEADLINE = 20_000;

export interface RealMessage {
  /** With credentials. */
  readonly url: string;
  readonly channel: Channel;
  /** Concrete. */
  readonly address: string;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key?: string;
}

export class RealSendError extends Error {}

/** Resolves when the broker has it. `cwd` is the service's folder. @throws {RealSendError} saying why it has not. */
export async function sendToReal(
  cwd: string,
  message: RealMessage,
  deadline: number = DEADLINE,
): Promise<void> {
  const { url, channel, address, payload, headers, key } = message;
  const { protocol, kind, exchange, bucket } = channel;
  if (kind === "objects")
    throw new RealSendError("an object store takes objects, not messages: put one with its helper");
  const order: Order = {
    protocol,
    broker: brokers[protocol],
    url,
    to: { address, kind: kind === "pattern" ? undefined : kind, exchange, bucket },
    payload,
    headers,
    key,
  };
  const child = spawn(nodeProgram(), ["--input-type=module", "--eval", PROGRAM], {
    cwd,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", MILLRACE_SERVICE: "workbench" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const timer = setTimeout(() => child.kill("SIGKILL"), deadline);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (text: string) => reject(new RealSendError(text));
      child.on("message", (answer: Answer) =>
        answer.error === undefined ? resolve() : fail(explain(answer, cwd)),
      );
      child.on("error", (error) => fail(`Node cannot be started to send it: ${error.message}`));
      child.on("close", (code, signal) =>
        fail(
          signal === null
            ? `sending it ended with code ${code}${complaints === "" ? "" : `: ${complaints.trim().slice(-500)}`}`
            : `${protocolNames[protocol]} did not take it within ${deadline / 1000} s`,
        ),
      );
      // A process that ends before it has read this is told by its `close`.
      child.send(order, () => {});
    });
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

/** What the program is asked. */
interface Order {
  readonly protocol: ProtocolName;
  readonly broker: string;
  readonly url: string;
  readonly to: {
    readonly address: string;
    readonly kind: Channel["kind"];
    readonly exchange: Channel["exchange"];
    readonly bucket: string | undefined;
  };
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string | undefined;
}

interface Answer {
  readonly error?: string;
  readonly code?: string;
}

const brokers: Readonly<Record<ProtocolName, string>> = {
  kafka: "KafkaBroker",
  rabbitmq: "RabbitmqBroker",
  nats: "NatsBroker",
  redis: "RedisBroker",
  mqtt: "MqttBroker",
};

function explain({ error = "", code }: Answer, cwd: string): string {
  return code === "ERR_MODULE_NOT_FOUND"
    ? `${cwd} has no "millrace" installed: run npm install there, or npm i millrace`
    : error;
}

/** Its imports are found from its working directory. What is declared elsewhere is taken as it is, not declared anew. */
const PROGRAM: string = `
process.once("message", async ({ protocol, broker: name, url, to, payload, headers, key }) => {
  const answer = (it) => process.send(it, () => process.exit());
  try {
    const { App } = await import("millrace");
    const its = await import("millrace/" + protocol);
    const broker = new its[name]({ url });
    const app = new App(broker, { title: "workbench" });
    await app.start();
    const options = { headers, ...(key === undefined ? {} : { key }) };
    let channel = to.address;
    if (to.kind === "kv") channel = its.kv(to.bucket, { key: to.address });
    else if (to.kind === "list") channel = its.list(to.address);
    else if (protocol === "rabbitmq" && to.kind !== undefined)
      channel = its.queue(to.address, { passive: true, ...(to.kind === "stream" ? { type: "stream" } : {}) });
    else if (to.kind === "stream") channel = its.stream(to.address);
    if (to.exchange !== undefined)
      options.exchange = its.exchange(to.exchange.name, { type: to.exchange.type, passive: true });
    await broker.publish(channel, new TextEncoder().encode(payload), options);
    await app.stop();
    answer({});
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error), code: error?.code });
  }
});
`;
