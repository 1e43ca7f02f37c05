/** An operation: one declaration in the code. */
import type { Link, Operation, Topology } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Button } from "../controls.tsx";
import { channelName } from "../channel-words.ts";
import { Send } from "../icons.tsx";
import { useCount, useStore } from "../store/hooks.ts";
import { portLabel } from "../topology/size.ts";
import { PanelHeader } from "./panel-header.tsx";
import { PlaceLink } from "./place-link.tsx";
import { ProblemList } from "./problem-list.tsx";
import { ShapeView } from "./schema-view.tsx";

export function OperationDetails({
  operation,
  topology,
}: {
  readonly operation: Operation;
  readonly topology: Topology;
}): ReactNode {
  const store = useStore();
  const receives = operation.action === "receive";
  const count = useCount(operation.id, receives ? "received" : "sent");
  const service = topology.services.find((one) => one.id === operation.service);
  const channel = topology.channels.find((one) => one.id === operation.channel);
  const problems = topology.problems.filter((problem) => problem.subject === operation.id);
  const others = topology.links.flatMap((link) => {
    if (link.from === operation.id) return [{ id: link.to, text: LINKS[link.kind].from }];
    return link.to === operation.id ? [{ id: link.from, text: LINKS[link.kind].to }] : [];
  });
  return (
    <>
      <PanelHeader kind={receives ? "Receives" : "Sends"} title={portLabel(operation)}>
        <Button
          look="primary"
          testId="send-message"
          disabled={channel === undefined || channel.address === null}
          onPress={() => store.act({ kind: "compose", id: operation.id })}
        >
          <div className="with-icon">
            <Send /> Send message
          </div>
        </Button>
      </PanelHeader>
      <div className="scroll">
        <dl className="pairs">
          <Pair name="service">
            <NodeLink id={operation.service} text={service?.name ?? operation.service} />
          </Pair>
          <Pair name="channel">
            <NodeLink
              id={operation.channel}
              text={channel === undefined ? operation.channel : channelName(channel)}
            />
          </Pair>
          {operation.group !== undefined && <Pair name="group">{operation.group}</Pair>}
          {operation.stream !== undefined && <Pair name="stream">{operation.stream}</Pair>}
          <Pair name="code">
            <PlaceLink place={operation.place} />
          </Pair>
          <Pair name={receives ? "received" : "sent"}>{count}</Pair>
          {others.map((other) => {
            const end = topology.operations.find((one) => one.id === other.id);
            return end === undefined ? null : (
              <Pair key={other.id} name={other.text}>
                <NodeLink
                  id={end.id}
                  text={`${end.service.replace(/^service:/, "")} · ${portLabel(end)}`}
                />
              </Pair>
            );
          })}
        </dl>
        {problems.length > 0 && <ProblemList problems={problems} />}
        <section>
          <h3>Message</h3>
          <ShapeView shape={operation.message} />
        </section>
        {operation.reply !== undefined && (
          <section>
            <h3>Reply</h3>
            <ShapeView shape={operation.reply} />
          </section>
        )}
      </div>
    </>
  );
}

/** What a link means to the operation at each of its ends. */
const LINKS: Record<Link["kind"], { readonly from: string; readonly to: string }> = {
  message: { from: "reaches", to: "is reached by" },
  publishes: { from: "its result goes to", to: "sends the result of" },
  "dead-letter": { from: "what it rejects goes to", to: "gets what is rejected by" },
};

function Pair({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function NodeLink({ id, text }: { readonly id: string; readonly text: string }): ReactNode {
  const store = useStore();
  return (
    <button type="button" className="link" onClick={() => store.act({ kind: "select", id })}>
      {text}
    </button>
  );
}
