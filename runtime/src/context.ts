/** What a handler is given beside its message. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Params } from "./address.ts";
import type { App } from "./app.ts";
import type { Logger } from "./logger.ts";
import type { ReceivedMessage } from "./message.ts";
import type { PublishTo } from "./publisher.ts";

/** A handler's second argument, beside what `provide` adds. */
export interface Context<Address extends string = string, Message = ReceivedMessage> {
  readonly message: Message;
  /** The values of the address' `{param}`s. */
  readonly params: Params<Address>;
  /** Writes lines with the message's address and correlation id. */
  readonly logger: Logger;
  /** Publishes on the broker the message came from. Correlation id and trace go along, as with any publisher used in the handler. */
  readonly publish: PublishTo;
  /** Aborts when the handler's `timeout` is over or the app must stop now. */
  readonly signal: AbortSignal;
  /** The app that runs, or undefined where the handler is called as a plain function. */
  readonly app: App | undefined;
}

/** A batch handler's second argument: one message and one set of parameters for each value of the batch, in the same order. */
export interface BatchContext<
  Address extends string = string,
  Message = ReceivedMessage,
> extends Omit<Context<Address, Message>, "message" | "params"> {
  readonly messages: readonly Message[];
  readonly params: readonly Params<Address>[];
}

/** What goes along with whatever is published while a message is handled. */
export interface Chain {
  readonly correlationId: string;
  /** Of the message being handled; what is published gets a child span of it. */
  readonly traceparent: string;
  /** Headers of the test that set the message off, and the like. */
  readonly baggage: Readonly<Record<string, string>>;
}

const current = new AsyncLocalStorage<Chain>();

/** The chain of the message being handled, if any. */
export const currentChain = (): Chain | undefined => current.getStore();

/** Runs a handler so that what it publishes joins the chain. */
export const inChain = <Result>(chain: Chain, run: () => Result): Result => current.run(chain, run);
