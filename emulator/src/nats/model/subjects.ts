/** Subjects: tokens between dots; `*` stands for one token, `>` for the rest. https://docs.nats.io/nats-concepts/subjects */

/** Whether it can be subscribed to: no empty token, `>` only at the end. A `*` or `>` inside a longer token is a plain character. */
export function isValidSubject(subject: string): boolean {
  const tokens = subject.split(".");
  return tokens.every(
    (token, index) =>
      token !== "" && !/\s/.test(token) && (token !== ">" || index === tokens.length - 1),
  );
}

/** Whether it can be published to by the book: no empty token and no wildcard. Only pedantic clients are told. */
export function isLiteralSubject(subject: string): boolean {
  return subject.split(".").every((token) => token !== "" && token !== "*" && token !== ">");
}

/** Whether the pattern matches the concrete subject. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === ">") return tokens.length > index;
    if (tokens[index] === undefined || (token !== "*" && token !== tokens[index])) return false;
  }
  return wanted.length === tokens.length;
}

/** Values by pattern, found by concrete subject in the order of the tokens, not of the patterns. */
export class SubjectTrie<Value> {
  readonly #root: Node<Value> = newNode();

  add(pattern: string, value: Value): void {
    let node = this.#root;
    for (const token of pattern.split(".")) {
      let next = node.children.get(token);
      if (next === undefined) node.children.set(token, (next = newNode()));
      node = next;
    }
    node.values.add(value);
  }

  /** Whether it was there. */
  delete(pattern: string, value: Value): boolean {
    const path: { node: Node<Value>; token: string }[] = [];
    let node = this.#root;
    for (const token of pattern.split(".")) {
      const next = node.children.get(token);
      if (next === undefined) return false;
      path.push({ node, token });
      node = next;
    }
    const found = node.values.delete(value);
    // Patterns come and go with every request's inbox: empty branches are cut.
    for (const step of path.reverse()) {
      const child = step.node.children.get(step.token);
      if (child === undefined || child.values.size > 0 || child.children.size > 0) break;
      step.node.children.delete(step.token);
    }
    return found;
  }

  /** The values of exactly this pattern. */
  at(pattern: string): Value[] {
    let node: Node<Value> | undefined = this.#root;
    for (const token of pattern.split(".")) node = node?.children.get(token);
    return node === undefined ? [] : [...node.values];
  }

  /** The values of all patterns that match. A subject with an empty token matches nothing, not even `>`. */
  match(subject: string): Value[] {
    const tokens = subject.split(".");
    const found: Value[] = [];
    if (!tokens.includes("")) collect(this.#root, tokens, 0, found);
    return found;
  }
}

interface Node<Value> {
  readonly children: Map<string, Node<Value>>;
  readonly values: Set<Value>;
}

function newNode<Value>(): Node<Value> {
  return { children: new Map(), values: new Set() };
}

function collect<Value>(
  node: Node<Value>,
  tokens: readonly string[],
  depth: number,
  found: Value[],
): void {
  const token = tokens[depth];
  if (token === undefined) {
    for (const value of node.values) found.push(value);
    return;
  }
  const rest = node.children.get(">");
  if (rest !== undefined) for (const value of rest.values) found.push(value);
  const one = node.children.get("*");
  if (one !== undefined) collect(one, tokens, depth + 1, found);
  // A wildcard that is published is an ordinary token, but its branch was walked already.
  const same = token === "*" || token === ">" ? undefined : node.children.get(token);
  if (same !== undefined) collect(same, tokens, depth + 1, found);
}

/** Reply subjects that the server keeps for itself: a client may not ask for answers there. client.go, isReservedReply. */
export function isReservedReply(subject: string): boolean {
  return ["_R_.", "_GR_.", "$JS.ACK."].some(
    (prefix) => subject.startsWith(prefix) && subject.length > prefix.length,
  );
}

/** What clients and JetStream say to each other about messages: requests, acknowledgements, answers to flow control. No message itself. */
export function isJetStreamTalk(subject: string): boolean {
  return subject.startsWith("$JS.") && /^\$JS\.(ACK|FC|API|[^.]+\.API)\./.test(subject);
}
