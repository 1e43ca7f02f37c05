/**
 * One RabbitMQ and one Kafka for all test files of a run, since they are slow to start. This end runs beside vitest
 * (its globalSetup): it starts each when a test file first asks for it, and stops it after the last file.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startKafka } from "./kafka.ts";
import { startRabbitmq } from "./rabbitmq.ts";
import { NotAvailable, type RealBroker } from "./server.ts";

const starts: Readonly<Record<string, () => Promise<RealBroker>>> = {
  "/kafka": () => startKafka(),
  "/rabbitmq": () => startRabbitmq(),
};

/** What a test file is told. */
export type Answer =
  | { readonly url: string; readonly version: string }
  | { readonly error: string; readonly installed: boolean };

declare module "vitest" {
  interface ProvidedContext {
    sharedBrokers: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = new Map<string, Promise<RealBroker>>();
  const desk = createServer((request, response) => {
    void answer(request.url ?? "").then((text) => response.end(JSON.stringify(text)));
  });

  async function answer(path: string): Promise<Answer> {
    const start = starts[path];
    if (!start) return { error: `nobody shares ${path}`, installed: true };
    const broker = running.get(path) ?? start();
    running.set(path, broker);
    try {
      const { url, version } = await broker;
      return { url, version };
    } catch (error) {
      running.delete(path);
      const installed = !(error instanceof NotAvailable);
      return { error: error instanceof Error ? error.message : String(error), installed };
    }
  }

  desk.listen(0, "127.0.0.1");
  await once(desk, "listening");
  project.provide("sharedBrokers", `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    for (const broker of running.values()) await (await broker).stop();
  };
}
