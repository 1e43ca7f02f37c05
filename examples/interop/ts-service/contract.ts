/** What both services agree on; py_service/contract.py says the same in Python. */
import type { PublishOptions } from "millrace";
import { z } from "zod";

/** Milliseconds that a request waits for its answer. */
export const TIMEOUT = 15_000;

export const Question = z.object({ number: z.number(), text: z.string() });
export type Question = z.infer<typeof Question>;

export const Answer = z.object({ number: z.number(), text: z.string() });
export type Answer = z.infer<typeof Answer>;

export function answer({ number, text }: Question): Answer {
  return { number: number * 2, text: `${text} — från TypeScript` };
}

/** One way to exchange messages: how to send a note, and how to ask the other side. */
export interface Mode {
  readonly name: string;
  /** Whatever JSON can say, and bytes as they are. */
  readonly notes: { publish(body: unknown, options: PublishOptions): Promise<void> };
  /** With `codec: "text"`. */
  readonly texts: { publish(body: string, options: PublishOptions): Promise<void> };
  /** Left out where nobody asks. */
  readonly questions?: {
    request(question: Question, options: PublishOptions & { timeout: number }): Promise<Answer>;
  };
}
