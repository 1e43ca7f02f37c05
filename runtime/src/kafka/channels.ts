/** What Kafka has besides plain topics and `{param}` addresses. */
import type { Address, AddressDialect } from "../address.ts";
import { parseAddress } from "../address.ts";
import type { Channel } from "../channel.ts";
import { DeclarationError } from "../errors.ts";

/** Topics are flat names; dots are a habit, and what `{param}` goes by. */
export const TOPIC_NAMES: AddressDialect = {
  separator: ".",
  one: "*",
  rest: "#",
  restMatchesParent: false,
  noWildcards: "Kafka has none; write a {param} for a segment, or pattern(/…/)",
};

/**
 * All topics, present and to come, whose names the expression finds. Its named groups are the handler's parameters
 * (`pattern<"country">(…)` names them to the type checker). Below a router's prefix it sees what follows the prefix.
 */
export function pattern<Param extends string = string>(
  expression: RegExp,
): Channel<`{${Param}}`, "pattern", { readonly expression: RegExp }> {
  // With `g` or `y` an expression remembers where it was.
  const stateless = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ""));
  // Typed by its parameters alone: nobody publishes to a pattern.
  const address = String(expression) as `{${Param}}`;
  return { address, type: "pattern", options: { expression: stateless } };
}

/** These partitions of a topic, whoever else reads them: no group shares them out, and nothing is committed. */
export function partitions<const Topic extends string>(
  topic: Topic,
  numbers: readonly number[],
): Channel<Topic, "partitions", { readonly partitions: readonly number[] }> {
  if (numbers.length === 0 || numbers.some((each) => !Number.isInteger(each) || each < 0))
    throw new DeclarationError(
      `partitions("${topic}", [${numbers.join(", ")}]): give whole numbers from 0, at least one`,
    );
  return { address: topic, type: "partitions", options: { partitions: [...new Set(numbers)] } };
}

/** The channel's address below a prefix. */
export function addressOf(channel: Channel, prefix: string): Address {
  if (channel.type !== "pattern") return parseAddress(prefix + channel.address, TOPIC_NAMES);
  const { expression } = channel.options as { expression: RegExp };
  const template = prefix === "" ? String(expression) : `${prefix} ${String(expression)}`;
  return {
    template,
    pattern: template,
    params: [...expression.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map(
      ([, name]) => name as string,
    ),
    wild: true,
    match(topic) {
      if (!topic.startsWith(prefix)) return null;
      const found = expression.exec(topic.slice(prefix.length));
      return found === null ? null : { ...found.groups };
    },
    fill() {
      throw new DeclarationError(`a message goes to one topic, not to the pattern ${template}`);
    },
  };
}

/** Kafka's own rule for the names of topics. */
export const isTopicName = (name: string): boolean =>
  /^[\w.-]{1,249}$/.test(name) && name !== "." && name !== "..";
