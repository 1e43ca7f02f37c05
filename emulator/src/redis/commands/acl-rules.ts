/** What ACL SETUSER takes: rules of a user, and of selectors. https://redis.io/docs/latest/commands/acl-setuser/ */
import { Selector } from "../model/selector.ts";
import { passwordHash, type User } from "../model/user.ts";
import { type Bytes, Failure } from "../values.ts";
import { CATEGORIES } from "./categories.ts";
import type { Known, Registry } from "./registry.ts";

export interface RuleContext {
  readonly registry: Registry;
  /** acl-pubsub-default: whether `reset` opens all channels. */
  readonly allChannels: boolean;
}

const SYNTAX = "Syntax error";
const UNKNOWN = "Unknown command or category name in ACL";
const BAD_HASH =
  "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";

/** Why a rule is none, in the server's words. */
class RuleError extends Error {}

/** Changes a user by all of the rules or, where one is wrong, by none. @throws {Failure} */
export function applyRules(user: User, words: readonly Bytes[], context: RuleContext): void {
  const changed = user.copy();
  for (const rule of joined(words)) {
    try {
      applyRule(changed, rule, context);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      throw new Failure(`ERR Error in ACL SETUSER modifier '${rule}': ${error.message}`);
    }
  }
  user.become(changed);
}

/** A selector may have been split at its blanks. */
function joined(words: readonly Bytes[]): Bytes[] {
  const rules: Bytes[] = [];
  let open: Bytes | null = null;
  for (const word of words) {
    if (open !== null) open += ` ${word}`;
    else if (word.startsWith("(") && !word.endsWith(")")) open = word;
    else rules.push(word);
    if (open !== null && word.endsWith(")")) {
      rules.push(open);
      open = null;
    }
  }
  if (open !== null)
    throw new Failure(
      `ERR Unmatched parenthesis in acl selector starting at '${open.split(" ", 1)[0] ?? ""}'.`,
    );
  return rules;
}

function applyRule(user: User, rule: Bytes, context: RuleContext): void {
  switch (rule.toLowerCase()) {
    case "":
      return;
    case "on":
    case "off":
      user.enabled = rule.toLowerCase() === "on";
      return;
    case "sanitize-payload":
    case "skip-sanitize-payload":
      user.sanitizes = rule.toLowerCase() === "sanitize-payload";
      return;
    case "nopass":
    case "resetpass":
      user.noPassword = rule.toLowerCase() === "nopass";
      return user.passwords.clear();
    case "clearselectors":
      user.selectors = [];
      return;
    case "reset":
      user.reset();
      user.root.everyChannel = context.allChannels;
      return;
  }
  const sign = rule[0] ?? "";
  if (">#".includes(sign)) {
    user.passwords.add(hashIn(rule));
    user.noPassword = false;
  } else if ("<!".includes(sign)) {
    if (!user.passwords.delete(hashIn(rule)))
      throw new RuleError("The password you are trying to remove from the user does not exist");
  } else if (sign === "(" && rule.endsWith(")")) {
    const selector = new Selector();
    selector.everyChannel = context.allChannels;
    for (const part of rule.slice(1, -1).split(/\s+/))
      if (part !== "") applySelectorRule(selector, part, context.registry);
    user.selectors.push(selector);
  } else applySelectorRule(user.root, rule, context.registry);
}

function hashIn(rule: Bytes): string {
  if (rule.startsWith(">") || rule.startsWith("<")) return passwordHash(rule.slice(1));
  if (!/^[\da-f]{64}$/.test(rule.slice(1))) throw new RuleError(BAD_HASH);
  return rule.slice(1);
}

function applySelectorRule(selector: Selector, rule: Bytes, registry: Registry): void {
  switch (rule.toLowerCase()) {
    case "allkeys":
    case "~*":
    case "resetkeys":
      selector.everyKey = rule.toLowerCase() !== "resetkeys";
      selector.keys = [];
      return;
    case "allchannels":
    case "&*":
    case "resetchannels":
      selector.everyChannel = rule.toLowerCase() !== "resetchannels";
      selector.channels = [];
      return;
    case "allcommands":
    case "+@all":
      return beginWith(selector, true, registry);
    case "nocommands":
    case "-@all":
      return beginWith(selector, false, registry);
  }
  const sign = rule[0] ?? "";
  if (sign === "~" || sign === "%") addKeys(selector, rule);
  else if (sign === "&") addChannels(selector, rule.slice(1));
  else if (sign === "+" || sign === "-") changeCommands(selector, rule, registry);
  else throw new RuleError(SYNTAX);
}

function beginWith(selector: Selector, all: boolean, registry: Registry): void {
  selector.everyCommand = all;
  selector.fromAll = all;
  selector.rules = [];
  selector.firstArguments.clear();
  selector.commands = new Set(all ? everything(registry).map(({ name }) => name) : []);
}

function addKeys(selector: Selector, rule: Bytes): void {
  if (selector.everyKey)
    throw new RuleError(
      "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
    );
  if (rule.startsWith("~")) return selector.addKey(noBlanks(rule.slice(1)), true, true);
  const [, letters = "", pattern] = /^%([RW]{1,2})~([^]*)$/i.exec(rule) ?? [];
  if (pattern === undefined || /^(.)\1$/i.test(letters)) throw new RuleError(SYNTAX);
  selector.addKey(noBlanks(pattern), /r/i.test(letters), /w/i.test(letters));
}

function addChannels(selector: Selector, pattern: Bytes): void {
  if (selector.everyChannel)
    throw new RuleError(
      "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
    );
  selector.addChannel(noBlanks(pattern));
}

function noBlanks(pattern: Bytes): Bytes {
  if (/[ \t-\r\0]/.test(pattern)) throw new RuleError(SYNTAX);
  return pattern;
}

function changeCommands(selector: Selector, rule: Bytes, registry: Registry): void {
  const allow = rule.startsWith("+");
  const name = rule.slice(1).toLowerCase();
  if (name.startsWith("@")) {
    const category = CATEGORIES.find((each) => `@${each}` === name);
    if (category === undefined) throw new RuleError(UNKNOWN);
    for (const known of everything(registry))
      if (known.categories.includes(category)) permit(selector, known, allow);
  } else {
    const known = registry.named(name);
    if (known === undefined) {
      if (!allow) throw new RuleError(UNKNOWN);
      allowFirstArgument(selector, name, registry);
    } else
      for (const each of [known, ...(known.subcommands?.values() ?? [])])
        permit(selector, each, allow);
  }
  // A newer rule takes the place of those for the same command, or for its subcommands.
  selector.rules = selector.rules.filter(
    (old) => old.slice(1) !== name && !old.slice(1).startsWith(`${name}|`),
  );
  selector.rules.push(`${allow ? "+" : "-"}${name}`);
}

function permit(selector: Selector, { name }: Known, allow: boolean): void {
  selector.firstArguments.delete(name);
  if (allow) selector.commands.add(name);
  else {
    selector.commands.delete(name);
    selector.everyCommand = false;
  }
}

function allowFirstArgument(selector: Selector, name: string, registry: Registry): void {
  const bar = name.lastIndexOf("|");
  const known = bar < 0 ? undefined : registry.named(name.slice(0, bar));
  const first = name.slice(bar + 1);
  if (known === undefined) throw new RuleError(UNKNOWN);
  if (known.container !== null)
    throw new RuleError("Allowing first-arg of a subcommand is not supported");
  if (first === "") throw new RuleError(SYNTAX);
  if (known.subcommands !== null) throw new RuleError(UNKNOWN);
  const allowed = selector.firstArguments.get(known.name) ?? new Set();
  selector.firstArguments.set(known.name, allowed.add(first));
}

function everything(registry: Registry): Known[] {
  return registry.all.flatMap((known) => [known, ...(known.subcommands?.values() ?? [])]);
}
