/** `await bill(order)`: a declared handler called as the function it is. */
import { randomUUID } from "node:crypto";
import { createLogger } from "./logger.ts";
import type { Context } from "./context.ts";
import { buildProvided } from "./provided.ts";
import { notConnected } from "./publisher.ts";
import type { Declaration, Provider } from "./scope.ts";

/** Runs the handler with what the caller gives of a context; the rest is made. Dependencies that were not given are built and disposed. */
export async function callHandler(
  declaration: Declaration,
  message: unknown,
  given: object = {},
): Promise<unknown> {
  const defaults: Context = {
    message: {
      id: randomUUID(),
      address: declaration.scope.address(declaration.on).template,
      headers: {},
      correlationId: randomUUID(),
      key: undefined,
      attempt: 1,
      payload: new Uint8Array(),
      raw: undefined,
    },
    params: {},
    logger: createLogger({ level: "silent" }),
    publish: (target) =>
      Promise.reject(notConnected(`"${typeof target === "string" ? target : target.address}"`)),
    signal: new AbortController().signal,
    app: undefined,
  };
  const context = { ...defaults, ...given };
  const missing = Object.entries(
    Object.assign({}, ...declaration.scope.path.map((scope) => scope.ownProviders)) as Record<
      string,
      Provider
    >,
  ).filter(([name]) => !(name in given));
  const provided = await buildProvided(missing, message, context);
  try {
    return await declaration.handler(message, context as never);
  } finally {
    await provided.dispose();
  }
}
