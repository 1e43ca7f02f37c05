/** The three kinds of cards as React Flow draws them. Text and buttons only: positions and sizes come from the layout. */
import { Handle, Position, type NodeProps } from "@xyflow/react";
import type { Operation, Problem } from "@millrace/workbench/protocol";
import { memo, type ReactNode } from "react";
import {
  ArrowIn,
  ArrowOut,
  ChannelIcon,
  ClientIcon,
  Failure,
  Info,
  Play,
  ServiceIcon,
  Stop,
  Warning,
} from "../icons.tsx";
import { channelLabel, channelWord } from "../channel-words.ts";
import { useCount, usePage, useStore } from "../store/hooks.ts";
import type { Counter } from "../store/traffic-state.ts";
import type { Card, ChannelCard, ClientCard, ServiceCard } from "./graph.ts";
import { ROW, rowsHeight, portLabel } from "./size.ts";

/** What React Flow hands to a card. */
export interface CardData extends Record<string, unknown> {
  readonly card: Card;
  readonly dimmed: boolean;
}

function cardNode<Kind extends Card>(
  Content: (props: { readonly card: Kind; readonly dimmed: boolean }) => ReactNode,
) {
  return memo(function CardNode({ data }: NodeProps) {
    const { card, dimmed } = data as CardData;
    return (
      <>
        <Handle type="target" position={Position.Left} isConnectable={false} />
        <Content card={card as Kind} dimmed={dimmed} />
        <Handle type="source" position={Position.Right} isConnectable={false} />
      </>
    );
  });
}

export const nodeTypes = {
  service: cardNode(ServiceContent),
  channel: cardNode(ChannelContent),
  client: cardNode(ClientContent),
};

function useSelected(id: string): boolean {
  return usePage((state) => state.selection === id);
}

function ServiceContent({
  card,
  dimmed,
}: {
  readonly card: ServiceCard;
  readonly dimmed: boolean;
}): ReactNode {
  const selected = useSelected(card.id);
  const state = usePage((page) => page.workbench?.services[card.id]);
  const status = state?.status ?? "stopped";
  return (
    <div
      className={classes(
        "card service",
        `is-${status}`,
        selected && "selected",
        dimmed && "dimmed",
      )}
      data-testid={`node-${card.id}`}
      data-status={status}
      data-card={card.id}
      role="group"
      aria-label={`Service ${card.name}, ${status}`}
    >
      <header>
        <span className="tile">
          <ServiceIcon />
        </span>
        <span className="titles">
          <Name card={card} selected={selected} />
          <span className="status">
            <i className="lamp" />
            {status}
          </span>
        </span>
        <ProblemMark problems={card.problems} />
        <ServiceToggle id={card.id} name={card.name} />
      </header>
      {card.receives.length + card.sends.length > 0 && (
        <div className="ports" style={{ height: rowsHeight(card) }}>
          <ul className="receiving">
            {card.receives.map((operation) => (
              <Port key={operation.id} operation={operation} />
            ))}
          </ul>
          <Inner card={card} />
          <ul className="sending">
            {card.sends.map((operation) => (
              <Port key={operation.id} operation={operation} />
            ))}
          </ul>
        </div>
      )}
      <footer>
        <CountOf id={card.id} counter="received" label="received" icon={<ArrowIn />} />
        <CountOf id={card.id} counter="sent" label="sent" icon={<ArrowOut />} />
        <CountOf id={card.id} counter="failed" label="rejected" icon={<Failure />} hideZero />
      </footer>
    </div>
  );
}

function Port({ operation }: { readonly operation: Operation }): ReactNode {
  const store = useStore();
  const selected = useSelected(operation.id);
  const label = portLabel(operation);
  const verb = operation.action === "send" ? "sends" : "receives";
  return (
    <li>
      <button
        type="button"
        className={classes("port nodrag", selected && "selected")}
        data-testid={`node-${operation.id}`}
        data-node={operation.id}
        title={`${label} ${verb} ${operation.channel}`}
        aria-label={`${label} ${verb} ${operation.channel}`}
        aria-pressed={selected}
        onClick={(event) => {
          event.stopPropagation();
          store.act({ kind: "select", id: operation.id });
        }}
      >
        {label}
      </button>
    </li>
  );
}

/** From a receiving to a sending port: what a handler returns goes there. */
function Inner({ card }: { readonly card: ServiceCard }): ReactNode {
  const middle = (row: number) => row * ROW + ROW / 2;
  return (
    <svg
      className="inner"
      aria-hidden="true"
      viewBox={`0 0 26 ${Math.max(1, Math.max(card.receives.length, card.sends.length) * ROW)}`}
      preserveAspectRatio="none"
    >
      {card.inner.map(({ from, to }) => (
        <path
          key={`${from}-${to}`}
          d={`M0,${middle(from)}C13,${middle(from)} 13,${middle(to)} 26,${middle(to)}`}
        />
      ))}
    </svg>
  );
}

/** Starts or stops one service. */
export function ServiceToggle({
  id,
  name,
}: {
  readonly id: string;
  readonly name: string;
}): ReactNode {
  const store = useStore();
  const service = usePage((state) => state.workbench?.services[id]);
  const trusted = usePage((state) => state.workbench?.trusted === true);
  const runs =
    service?.status === "running" ||
    service?.status === "starting" ||
    service?.status === "stopping";
  const reason = !trusted
    ? "Off in an untrusted workspace"
    : service?.command == null
      ? "Nothing says how to start it"
      : null;
  return (
    <button
      type="button"
      className="toggle nodrag"
      data-testid="service-toggle"
      data-service={id}
      disabled={reason !== null || service?.status === "stopping"}
      title={reason ?? `${runs ? "Stop" : "Start"} ${name}: ${service?.command ?? ""}`}
      aria-label={`${runs ? "Stop" : "Start"} ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        store.post({ kind: runs ? "stop-service" : "start-service", id });
      }}
    >
      {runs ? <Stop /> : <Play />}
    </button>
  );
}

function ChannelContent({
  card,
  dimmed,
}: {
  readonly card: ChannelCard;
  readonly dimmed: boolean;
}): ReactNode {
  const selected = useSelected(card.id);
  const injected = useCount(`workbench:${card.id}`, "sent");
  const { protocol, kind, address } = card.channel;
  return (
    <div
      className={classes(
        "card channel",
        `on-${protocol}`,
        address === null && "dynamic",
        selected && "selected",
        dimmed && "dimmed",
      )}
      data-testid={`node-${card.id}`}
      data-card={card.id}
      role="group"
      data-kind={kind ?? "plain"}
      aria-label={`${channelWord(protocol, kind)} ${card.name}`}
    >
      {injected > 0 && (
        <span className="inlet" title={`${injected} sent from the workbench`}>
          workbench{" "}
          <b data-testid={`counter-${card.id}-workbench`} data-count={injected}>
            {injected}
          </b>
        </span>
      )}
      <span className="tile">
        <ChannelIcon protocol={protocol} kind={kind} />
      </span>
      <span className="titles">
        <Name card={card} selected={selected} />
        <span className="counts">
          <span className="protocol" title={channelLabel(card.channel)}>
            {channelLabel(card.channel)}
          </span>
          <CountOf id={card.id} counter="published" label="published" icon={<ArrowIn />} />
          <CountOf id={card.id} counter="delivered" label="delivered" icon={<ArrowOut />} />
          <CountOf id={card.id} counter="dropped" label="dropped" icon={<Warning />} hideZero />
        </span>
      </span>
      <ProblemMark problems={card.problems} />
    </div>
  );
}

function ClientContent({
  card,
  dimmed,
}: {
  readonly card: ClientCard;
  readonly dimmed: boolean;
}): ReactNode {
  const selected = useSelected(card.id);
  return (
    <div
      className={classes("card client", selected && "selected", dimmed && "dimmed")}
      data-testid={`node-${card.id}`}
      data-card={card.id}
      role="group"
      aria-label={`Unknown client ${card.name}`}
    >
      <span className="tile">
        <ClientIcon />
      </span>
      <span className="titles">
        <Name card={card} selected={selected} />
        <span className="status">unknown client</span>
      </span>
    </div>
  );
}

/** Selects the card. */
function Name(props: {
  readonly card: { readonly id: string; readonly name: string };
  readonly selected: boolean;
}): ReactNode {
  const store = useStore();
  const { id, name } = props.card;
  return (
    <button
      type="button"
      className="name nodrag"
      data-node={id}
      aria-pressed={props.selected}
      title={name}
      onClick={() => store.act({ kind: "select", id })}
    >
      {name === "" ? "unnamed" : name}
    </button>
  );
}

function CountOf(props: {
  readonly id: string;
  readonly counter: Counter;
  readonly label: string;
  readonly icon: ReactNode;
  readonly hideZero?: boolean;
}): ReactNode {
  const count = useCount(props.id, props.counter);
  if (props.hideZero === true && count === 0) return null;
  return (
    <span
      className={classes("count", props.counter, count === 0 && "zero")}
      title={`${count} ${props.label}`}
      data-testid={`counter-${props.id}-${props.counter}`}
      data-count={count}
    >
      {props.icon}
      <b>{shortCount(count)}</b>
      <span className="hidden"> {props.label}</span>
    </span>
  );
}

/** Exact up to four digits: more do not fit on a card, and its title says them all. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1_000_000
    ? `${Math.floor(count / 1_000)}k`
    : `${Math.floor(count / 100_000) / 10}M`;
}

const RANK = { error: 0, warning: 1, information: 2 } as const;

function ProblemMark({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  const worst = [...problems].sort((a, b) => RANK[a.severity] - RANK[b.severity])[0];
  if (worst === undefined) return null;
  const text = problems.map((problem) => problem.message).join("\n");
  return (
    <span
      className={`mark ${worst.severity}`}
      role="img"
      aria-label={text}
      title={text}
      data-testid="problem-mark"
      data-code={worst.code}
    >
      {worst.severity === "information" ? (
        <Info />
      ) : worst.severity === "warning" ? (
        <Warning />
      ) : (
        <Failure />
      )}
    </span>
  );
}

export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter((name) => typeof name === "string" && name !== "").join(" ");
}
