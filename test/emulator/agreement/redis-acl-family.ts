/**
 * Who may do what. The users' commands are not shown: 7.0 says them in words of its own making, 7.2 as they were given; what
 * they mean is asked for. So are the words of denials, which 7.2 chose anew.
 */
import fc from "fast-check";
import type { Words } from "./grammar.ts";
import { type Family, words } from "./redis-families.ts";

const few = (...words: readonly string[]) => fc.constantFrom(...words);

const aclWords: Words = {
  user: few("u1", "u2"),
  passing: few("u3", "u4"),
  password: few("pw1", "pw2", "nothing"),
  rule: fc.oneof(
    { weight: 6, arbitrary: few("on", "nopass", ">pw1", ">pw2", "allkeys", "+@all", "~k*", "&c*") },
    few("off", "resetpass", "<pw1", "<pw2", "reset", "clearselectors", "sanitize-payload"),
    few("~k1", "%R~k1", "%W~k2", "%RW~k3", "%R~*", "resetkeys", "&c1", "allchannels", "&*"),
    few("resetchannels", "skip-sanitize-payload", "-@all", "allcommands", "nocommands"),
    few(
      "+get",
      "-get",
      "+set",
      "+GET",
      "+@read",
      "-@write",
      "+@string",
      "-@dangerous",
      "+select|0",
    ),
    few("+config|get", "-config|get", "+client", "-client|id", "+acl|whoami", "-acl|getuser"),
    few("(+get ~k1)", "(+@write %W~k2 -del)", "(allcommands allkeys &*)", "(+publish &c2)", "()"),
    few(`#${"0".repeat(64)}`, `!${"0".repeat(64)}`),
    few("+nosuch", "+@nosuch", "%X~k1", "%~k1", "#abc", "(+get", "+get|x|y", "+config|nosuch", ""),
    few("<none", `!${"1".repeat(64)}`, "(+nosuch)", "(on)", "+select|0|1", "-select|0", "nosuch"),
  ),
  calling: few("return redis.call(ARGV[1], KEYS[1])", "return redis.pcall(ARGV[1], KEYS[1])"),
};

const commands = [
  "(GET|DEL|INCR|TYPE|LPOP) <key>",
  "SET <key> <value> [GET]",
  "(MGET|EXISTS|UNLINK) <key>+",
  "(COPY|RENAME|SUNIONSTORE) <key> <key>",
  "SORT <key> [STORE <key>]",
  "(PUBLISH|SPUBLISH) (c1|c2|other) <value>",
  "(CLIENT GETNAME|CONFIG GET databases|ACL WHOAMI|SELECT 0|SELECT 1|PING|NOSUCHCOMMAND)",
  "EVAL <calling> 1 <key> (get|del|incr)",
];

export const aclFamily: Family = {
  name: "access lists",
  words: { ...words, ...aclWords },
  before: [
    ["ACL", "DELUSER", "u1", "u2", "u3", "u4", "probe"],
    ["ACL", "LOG", "RESET"],
  ],
  lines: [
    "ACL SETUSER <user> <rule>+",
    "ACL SETUSER <user> on nopass <rule>+",
    "ACL SETUSER <passing> <rule>",
    "ACL GETUSER (<user>|<passing>)",
    "ACL DELUSER <passing>+",
    "ACL (USERS|WHOAMI|GENPASS 0|LOG|LOG 2|LOG RESET|LOG x)",
    ...commands.map((line) => `ACL DRYRUN <user> ${line}`),
    "ACL DRYRUN (nobody|<user>) GET",
    "AUTH <user> <password>",
    "AUTH default any",
    "(MULTI|EXEC)",
    ...commands,
  ],
  shown: (reply) =>
    reply
      .replaceAll(
        /, "(age-seconds|client-info|entry-id|timestamp-[a-z-]+)", (?:"[^"]*"|[^,\]]+)/g,
        "",
      )
      .replaceAll(/"commands", "[^"]*"/g, "commands")
      // What 7.2 says of new users, 7.0 only where it was asked for.
      .replaceAll(/, "sanitize-payload"/g, "")
      .replaceAll(/\b(?:this user|user u\d) has no permissions/gi, "No permissions")
      .replaceAll(/one of the (key|channel)s used as arguments/g, "a $1"),
};
