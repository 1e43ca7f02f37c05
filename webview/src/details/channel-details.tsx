/** A channel: its address, who sends to it and who receives from it, and what is on it. */
import type { Channel, MessageShape, Operation, Topology } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Button } from "../controls.tsx";
import { channelName, channelWord } from "../channel-words.ts";
import { Send } from "../icons.tsx";
import { useStore } from "../store/hooks.ts";
import { OperationList } from "./operation-list.tsx";
import { PanelHeader } from "./panel-header.tsx";
import { ProblemList } from "./problem-list.tsx";
import { ShapeView } from "./schema-view.tsx";
import { FocusButton } from "./service-details.tsx";

export function ChannelDetails({
  channel,
  topology,
}: {
  readonly channel: Channel;
  readonly topology: Topology;
}): ReactNode {
  const store = useStore();
  const operations = topology.operations.filter((operation) => operation.channel === channel.id);
  const ids = new Set(operations.map((operation) => operation.id));
  const problems = topology.problems.filter((problem) => ids.has(problem.subject));
  return (
    <>
      <PanelHeader
        kind={channelWord(channel.protocol, channel.kind)}
        title={channelName(channel)}
        mono
      >
        <Button
          look="primary"
          testId="send-message"
          disabled={operations.length === 0 || channel.address === null}
          onPress={() => store.act({ kind: "compose", id: channel.id })}
        >
          <div className="with-icon">
            <Send /> Send message
          </div>
        </Button>
        <FocusButton id={channel.id} />
      </PanelHeader>
      <div className="scroll">
        {channel.address === null && (
          <p className="facts">
            The address is decided at run time, so nothing can be sent to it from here:{" "}
            {channel.expression}
          </p>
        )}
        <Facts channel={channel} />
        {problems.length > 0 && <ProblemList problems={problems} />}
        <OperationList
          title="Senders"
          by="service"
          operations={operations.filter((one) => one.action === "send")}
        />
        <OperationList
          title="Receivers"
          by="service"
          operations={operations.filter((one) => one.action === "receive")}
        />
        {shapesOf(operations).map(({ title, shape }) => (
          <section key={title}>
            <h3>{title}</h3>
            <ShapeView shape={shape} />
          </section>
        ))}
      </div>
    </>
  );
}

/** What its broker knows of it besides the name. */
function Facts({ channel }: { readonly channel: Channel }): ReactNode {
  const { pattern, address, exchange, bindings = [], bucket } = channel;
  const facts: readonly (readonly [name: string, value: string])[] = [
    // Where a protocol has no wildcard for a parameter, there is nothing of the kind on the wire.
    ...(pattern !== null && pattern !== address && !pattern.includes("{}")
      ? [["on the wire", pattern] as const]
      : []),
    ...(exchange === undefined
      ? []
      : [["exchange", `${exchange.name} (${exchange.type})`] as const]),
    ...bindings.map(
      (binding) =>
        [
          "bound to",
          binding.key === "" ? binding.exchange : `${binding.exchange} by ${binding.key}`,
        ] as const,
    ),
    ...(bucket === undefined ? [] : [["bucket", bucket] as const]),
  ];
  if (facts.length === 0) return null;
  return (
    <dl className="pairs" data-testid="channel-facts">
      {facts.map(([name, value]) => (
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Each different payload once, named by who states it. */
function shapesOf(
  operations: readonly Operation[],
): readonly { title: string; shape: MessageShape }[] {
  const found = new Map<string, { who: string[]; shape: MessageShape; what: string }>();
  for (const operation of operations) {
    const shapes = [
      ["Message", operation.message] as const,
      ...(operation.reply === undefined ? [] : [["Reply", operation.reply] as const]),
    ];
    for (const [what, shape] of shapes) {
      const key = what + JSON.stringify(shape.known ? shape.schema : shape);
      const who = operation.service.replace(/^service:/, "");
      const known = found.get(key);
      if (known === undefined) found.set(key, { who: [who], shape, what });
      else if (!known.who.includes(who)) known.who.push(who);
    }
  }
  return [...found.values()].map(({ who, shape, what }) => ({
    title: `${what} (${who.join(", ")})`,
    shape,
  }));
}
