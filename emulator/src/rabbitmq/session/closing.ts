/** How channel.close and connection.close say what is wrong, and which method it came of. */
import type { AmqpError } from "../model/errors.ts";
import { type MethodName, methodNumbers } from "../wire/methods.ts";

interface Reason {
  readonly replyCode: number;
  readonly replyText: string;
  readonly classId: number;
  readonly methodId: number;
}

const NO_METHOD = { classId: 0, methodId: 0 } as const;
const INTERNAL_ERROR = 541;

export function reasonFor({ code, message }: AmqpError, method?: MethodName): Reason {
  // A crash is no method's.
  const numbers =
    method === undefined || code === INTERNAL_ERROR ? NO_METHOD : methodNumbers(method);
  return { replyCode: code, replyText: message, ...numbers };
}
