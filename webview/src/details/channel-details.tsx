/** A channel: its address, who sends to it and who receives from it, and what is on it. */
import type { Channel, MessageShape, Operation, Topology } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Button } from "../controls.tsx";
import { PROTOCOL_NAMES, Send } from "../icons.tsx";
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
        kind={`${PROTOCOL_NAMES[channel.protocol]} channel`}
        title={channel.address ?? channel.expression ?? "dynamic address"}
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
        {channel.pattern !== null && channel.pattern !== channel.address && (
          <dl className="pairs">
            <div>
              <dt>on the wire</dt>
              <dd>
                <code>{channel.pattern}</code>
              </dd>
            </div>
          </dl>
        )}
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
