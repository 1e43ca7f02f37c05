/** `new App(a, b, { title })`: a service. */
import { ts } from "ts-morph";
import { receiverOf } from "./brokers.ts";
import type { Reach } from "./callers.ts";
import { exportedNameOf } from "./exports.ts";
import type { Bound, Env, Follower } from "./follow.ts";
import type { AppFound } from "./found.ts";
import { optionOf } from "./options.ts";
import { keyOf, placeOf } from "./places.ts";
import type { Reading } from "./reading.ts";
import { annotationOf } from "./syntax.ts";
import { textOf } from "./texts.ts";

/** Usually one; several where a function that makes Apps is called with other brokers or titles. */
export function readApps(node: ts.NewExpression, reading: Reading): void {
  const { follower, callers } = reading.reader;
  const reaches: Reach[] = isSettled(node, follower)
    ? [{ env: null, site: null }]
    : callers.reaches(node);
  for (const reach of reaches) reading.apps.push(readApp(node, reach, reading));
}

function readApp(node: ts.NewExpression, { env, site }: Reach, reading: Reading): AppFound {
  const { follower, workspace } = reading.reader;
  const brokers: string[] = [];
  let title: string | null = null;
  for (const { node: argument, env: inside } of given(node.arguments ?? [], env, follower)) {
    const receiver = receiverOf(follower, argument, inside);
    if (receiver === null) {
      const said = optionOf(follower, follower.follow(argument, inside), "title");
      const text = said === null ? null : textOf(follower, said.node, said.env);
      if (text?.known === true) title = text.text;
    } else {
      reading.meet(receiver);
      brokers.push(receiver.root.key);
    }
  }
  // An App that a function makes as it is told belongs where it is told so.
  const made = site ?? node;
  return {
    site: site === null ? null : keyOf(site),
    file: made.getSourceFile().fileName,
    title,
    brokers,
    exported: exportOf(made),
    place: placeOf(made, workspace.disk),
  };
}

/** The arguments, with lists that are spread among them. */
function given(args: readonly ts.Expression[], env: Env | null, follower: Follower): Bound[] {
  return args.flatMap((node): Bound[] => {
    if (!ts.isSpreadElement(node)) return [{ node, env }];
    const list = follower.follow(node.expression, env);
    return list.kind === "node" && ts.isArrayLiteralExpression(list.node)
      ? given(list.node.elements, list.env, follower)
      : [];
  });
}

/** Whether its brokers and title are the same however the function around it is called. */
function isSettled(node: ts.NewExpression, follower: Follower): boolean {
  return (node.arguments ?? []).every((argument) => {
    const found = follower.follow(argument);
    if (found.kind !== "node" || annotationOf(found.node) !== null || ts.isParameter(found.node))
      return false;
    const title = optionOf(follower, found, "title");
    return title === null || textOf(follower, title.node, title.env).known;
  });
}

function exportOf(node: ts.Node): AppFound["exported"] {
  const maker = ts.findAncestor(
    node,
    (at) => ts.isFunctionDeclaration(at) || ts.isArrowFunction(at) || ts.isFunctionExpression(at),
  );
  const holder = maker ?? node;
  const declared = ts.isFunctionDeclaration(holder)
    ? holder
    : (ts.findAncestor(holder, ts.isVariableDeclaration) ?? holder);
  const name = exportedNameOf(declared) ?? exportedNameOf(holder);
  return name === null ? null : { name, factory: maker !== undefined };
}
