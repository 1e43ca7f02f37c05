/** What a user may run, and on which keys and channels. */
import type { Bytes } from "../values.ts";
import { globMatches } from "./glob.ts";

interface KeyPattern {
  readonly pattern: Bytes;
  readonly read: boolean;
  readonly write: boolean;
}

/** What a command does with a key. */
export interface KeyUse {
  readonly key: Bytes;
  readonly read: boolean;
  readonly write: boolean;
}

/** A command as rules see it. */
export interface Runnable {
  /** With its subcommand: `client|list`. */
  readonly name: string;
}

export class Selector {
  /** Everything. */
  everyCommand = false;
  /** Whether the rules began with everything, from which some was taken. */
  fromAll = false;
  /** By full name: `get`, `client|list`. */
  commands: Set<string> = new Set();
  /** `+select|0`: a first argument of a command that has no subcommands. */
  firstArguments: Map<string, Set<string>> = new Map();
  /** What was added to and taken from the beginning, as ACL LIST prints it: `+get`, `-@string`. */
  rules: string[] = [];
  keys: KeyPattern[] = [];
  everyKey = false;
  channels: Bytes[] = [];
  everyChannel = false;

  static everything(): Selector {
    const selector = new Selector();
    selector.everyCommand = true;
    selector.fromAll = true;
    selector.everyKey = true;
    selector.everyChannel = true;
    return selector;
  }

  /** The fast way: nothing is refused. */
  get unrestricted(): boolean {
    return this.everyCommand && this.everyKey && this.everyChannel;
  }

  runs(command: Runnable, firstArgument: Bytes): boolean {
    if (this.everyCommand || this.commands.has(command.name)) return true;
    return this.firstArguments.get(command.name)?.has(firstArgument.toLowerCase()) ?? false;
  }

  /** A key that is only named, as by EXISTS, may match any pattern. */
  allowsKey({ key, read, write }: KeyUse): boolean {
    if (this.everyKey) return true;
    return this.keys.some(
      (each) => (!read || each.read) && (!write || each.write) && globMatches(each.pattern, key),
    );
  }

  /** A pattern to subscribe to must be among the patterns, letter by letter. */
  allowsChannel(channel: Bytes, isPattern: boolean): boolean {
    if (this.everyChannel) return true;
    return this.channels.some((each) =>
      isPattern ? each === channel : globMatches(each, channel),
    );
  }

  addKey(pattern: Bytes, read: boolean, write: boolean): void {
    const at = this.keys.findIndex((each) => each.pattern === pattern);
    const old = this.keys[at];
    if (old === undefined) this.keys.push({ pattern, read, write });
    else this.keys[at] = { pattern, read: old.read || read, write: old.write || write };
  }

  addChannel(pattern: Bytes): void {
    if (!this.channels.includes(pattern)) this.channels.push(pattern);
  }

  get commandRules(): string {
    return [this.fromAll ? "+@all" : "-@all", ...this.rules].join(" ");
  }

  get keyRules(): string {
    if (this.everyKey) return "~*";
    return this.keys
      .map(({ pattern, read, write }) =>
        read && write ? `~${pattern}` : `%${read ? "R" : "W"}~${pattern}`,
      )
      .join(" ");
  }

  get channelRules(): string {
    if (this.everyChannel) return "&*";
    return this.channels.map((pattern) => `&${pattern}`).join(" ");
  }

  copy(): Selector {
    const copy = new Selector();
    copy.everyCommand = this.everyCommand;
    copy.commands = new Set(this.commands);
    copy.firstArguments = new Map(
      [...this.firstArguments].map(([name, first]) => [name, new Set(first)]),
    );
    copy.fromAll = this.fromAll;
    copy.rules = [...this.rules];
    copy.keys = [...this.keys];
    copy.everyKey = this.everyKey;
    copy.channels = [...this.channels];
    copy.everyChannel = this.everyChannel;
    return copy;
  }
}
