/** What is worth telling the person who wrote it, in whole sentences that say what to do. */
import type { Link, Operation, Problem } from "../topology.ts";
import type { Connected } from "./connect.ts";

export function problemsOf({ operations, channels }: Connected, links: readonly Link[]): Problem[] {
  const reached = new Set(
    links.filter((link) => link.kind === "message").flatMap((link) => [link.from, link.to]),
  );
  const channelOf = new Map(channels.map((channel) => [channel.id, channel]));
  return operations.flatMap(({ operation, found }) => {
    const channel = channelOf.get(operation.channel);
    if (channel === undefined) return [];
    const { address } = channel;
    const about = { subject: operation.id, place: operation.place };
    const problems: Problem[] = [];
    if (address === null)
      problems.push({
        code: "dynamic-address",
        severity: "information",
        message: dynamicAddress(operation.action, channel.expression ?? ""),
        ...about,
      });
    else if (!reached.has(operation.id))
      problems.push({ ...unreached(operation, address), ...about });
    if (!operation.message.known && found.declared) {
      problems.push({
        code: "unread-schema",
        severity: "information",
        message: unreadSchema(operation, operation.message.why),
        ...about,
      });
    }
    return problems;
  });
}

function unreached(
  { action }: Operation,
  address: string,
): Pick<Problem, "code" | "severity" | "message"> {
  if (action === "send") {
    return {
      code: "nobody-listens",
      severity: "warning",
      message: `Nobody in this workspace listens to "${address}": add a subscriber for it, check the address for a typing error, or remove this publisher if nobody outside needs it.`,
    };
  }
  return {
    code: "nobody-speaks",
    severity: "information",
    message: `Nobody in this workspace sends to "${address}": if its messages come from outside there is nothing to do (send one from the workbench to try it), else add a publisher or check the address.`,
  };
}

function dynamicAddress(action: Operation["action"], expression: string): string {
  const who = action === "send" ? "publisher" : "subscriber";
  return `The address ${expression} is only known when the program runs, so this ${who} is connected to nothing here: use a literal, a constant, a template such as "orders.{id}", or an environment variable with a default (process.env.X ?? "orders").`;
}

function unreadSchema({ action }: Operation, why: string): string {
  const what = action === "send" ? "what is sent here" : "what is received here";
  return `The workbench does not know ${what}: ${why}. Give it a schema that is built in code (z.object({ … })), or a type.`;
}
