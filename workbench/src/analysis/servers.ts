/** Where a broker connects to: what it is given, else what the environment says, else its default. */
import { ts } from "ts-morph";
import type { ProtocolName, ServerAddress } from "../topology.ts";
import type { Env, Follower } from "./follow.ts";
import { optionOf } from "./options.ts";
import { defaultUrls } from "./recognised.ts";
import { textOf } from "./texts.ts";

export function serverAddress(
  follower: Follower,
  node: ts.Node,
  protocol: ProtocolName,
  env: Env | null,
): ServerAddress {
  const [first] = ts.isNewExpression(node) ? (node.arguments ?? []) : [];
  const options = first === undefined ? null : follower.follow(first, env);
  const given = optionOf(follower, options, "url");
  // A client that was made elsewhere, Redis' sentinels and the nodes of its cluster: no address of ours.
  const other = ["client", "sentinel", "cluster"].flatMap(
    (name) => optionOf(follower, options, name) ?? [],
  )[0];
  if (given === null && other !== undefined)
    return { kind: "dynamic", expression: other.node.getText() };
  if (given === null) {
    // Options that cannot be seen may hold an address.
    if (
      options !== null &&
      !(options.kind === "node" && ts.isObjectLiteralExpression(options.node))
    )
      return { kind: "dynamic", expression: first?.getText() ?? "" };
    return {
      kind: "environment",
      variable: `MILLRACE_${protocol.toUpperCase()}_URL`,
      default: defaultUrls[protocol],
    };
  }
  const url = textOf(follower, given.node, given.env);
  if (url.variable !== undefined && !url.mixed)
    return {
      kind: "environment",
      variable: url.variable,
      ...(url.known ? { default: url.text } : {}),
    };
  if (url.known && !url.mixed) return { kind: "static", url: url.text };
  return { kind: "dynamic", expression: given.node.getText() };
}
