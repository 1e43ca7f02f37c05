/** Finds what one file declares: brokers, apps, operations and what goes into what. */
import { ts } from "ts-morph";
import { readApps } from "./apps.ts";
import { classOf, receiverOf } from "./brokers.ts";
import type { FileFound } from "./found.ts";
import {
  type MethodCall,
  reachesOf,
  readBareSend,
  readDeclaration,
  readSend,
} from "./operations.ts";
import { type Reader, Reading } from "./reading.ts";

const methods: Readonly<Record<string, (node: MethodCall, reading: Reading) => void>> = {
  subscriber: (node, reading) => readDeclaration(node, "receive", reading),
  consumer: (node, reading) => readDeclaration(node, "receive", reading),
  publisher: (node, reading) => readDeclaration(node, "send", reading),
  publish: readSend,
  request: readSend,
  include: readInclude,
};

export function readFile(reader: Reader, path: string): FileFound {
  const file = reader.workspace.source(path);
  const reading = new Reading(reader, path);
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) readNew(node, reading);
    else if (ts.isCallExpression(node)) readCall(node, reading);
    ts.forEachChild(node, visit);
  };
  if (file !== null) visit(file);
  const { brokers, apps, includes, operations, uses } = reading;
  return { file: path, brokers, apps, includes, operations, uses };
}

function readNew(node: ts.NewExpression, reading: Reading): void {
  const { follower } = reading.reader;
  const made = classOf(follower, node.expression, null);
  if (made?.what === "app") readApps(node, reading);
  const receiver =
    made?.what === "broker" || made?.what === "router" ? receiverOf(follower, node, null) : null;
  if (receiver !== null) reading.meet(receiver);
}

function readCall(node: ts.CallExpression, reading: Reading): void {
  if (!ts.isPropertyAccessExpression(node.expression)) return readBareSend(node, reading);
  const name = node.expression.name.text;
  if (Object.hasOwn(methods, name)) methods[name]?.(node as MethodCall, reading);
}

/** `broker.include(router)` */
function readInclude(node: MethodCall, reading: Reading): void {
  const { follower } = reading.reader;
  for (const { env } of reachesOf(node, node.expression.expression, reading)) {
    const into = receiverOf(follower, node.expression.expression, env);
    if (into === null) continue;
    for (const argument of node.arguments) {
      const router = receiverOf(follower, argument, env);
      if (router === null) continue;
      reading.meet(into);
      reading.meet(router);
      reading.includes.push({
        into: { root: into.root.key, prefix: into.prefix },
        router: router.root.key,
      });
    }
  }
}
