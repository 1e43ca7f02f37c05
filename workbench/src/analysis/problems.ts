/** What is worth telling the person who wrote it, in whole sentences that say what to do. */
import type { Channel, Link, Operation, Problem } from "../topology.ts";
import type { Connected } from "./connect.ts";
import { AMQ_TOPIC } from "./exchanges.ts";

export function problemsOf({ operations, channels }: Connected, links: readonly Link[]): Problem[] {
  const reached = new Set(
    links.flatMap((link) => {
      if (link.kind === "message") return [link.from, link.to];
      return link.kind === "dead-letter" ? [link.to] : [];
    }),
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
    else if (!reached.has(operation.id) && !isStore(channel))
      problems.push({ ...unreached(operation, called(channel, address)), ...about });
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

/** Values and objects are put and got by other calls as well, and kept whether somebody waits for them or not. */
function isStore({ kind }: Channel): boolean {
  return kind === "kv" || kind === "objects";
}

/** An address is quoted; what is more than that says what it is, or where. */
function called({ kind, exchange }: Channel, address: string): string {
  const name = JSON.stringify(address);
  if (kind !== undefined) return `the ${kind} ${name}`;
  return exchange === undefined || exchange.name === AMQ_TOPIC.name
    ? name
    : `${name} on the exchange ${JSON.stringify(exchange.name)}`;
}

function unreached(
  { action }: Operation,
  name: string,
): Pick<Problem, "code" | "severity" | "message"> {
  if (action === "send") {
    return {
      code: "nobody-listens",
      severity: "warning",
      message: `Nobody in this workspace listens to ${name}: add a subscriber for it, check the address for a typing error, or remove this publisher if nobody outside needs it.`,
    };
  }
  return {
    code: "nobody-speaks",
    severity: "information",
    message: `Nobody in this workspace sends to ${name}: if its messages come from outside there is nothing to do (send one from the workbench to try it), else add a publisher or check the address.`,
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
