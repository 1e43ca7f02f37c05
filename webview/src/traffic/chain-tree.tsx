/** A chain, drawn as a tree of messages and deliveries. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import { useMemo, type ReactNode } from "react";
import { ProtocolIcon } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { chainTree, type ChainDelivery, type ChainMessage } from "./chain.ts";
import { actorName, addressText } from "./filter.ts";

export function ChainTree({
  chain,
  events,
}: {
  readonly chain: string;
  readonly events: readonly TrafficEvent[];
}): ReactNode {
  const tree = useMemo(() => chainTree(events, chain), [events, chain]);
  const start = events[0]?.time ?? 0;
  return (
    <div className="chain" data-testid="chain" data-chain={chain} data-events={events.length}>
      {tree.length === 0 && <p className="facts">Nothing of this chain has arrived yet.</p>}
      <ul role="tree" aria-label="What the message set off">
        {tree.map((message) => (
          <MessageItem key={message.message} message={message} start={start} />
        ))}
      </ul>
    </div>
  );
}

function MessageItem({
  message,
  start,
}: {
  readonly message: ChainMessage;
  readonly start: number;
}): ReactNode {
  const { published, first } = message;
  return (
    <li
      role="treeitem"
      aria-selected={false}
      className={message.inferred ? "message inferred" : "message"}
      data-message={message.message}
    >
      <EventLine event={published ?? first} start={start}>
        <span className={`protocol on-${first.protocol}`}>
          <ProtocolIcon protocol={first.protocol} />
        </span>
        <b className="address" title={first.address}>
          {addressText(first)}
        </b>
        {published === null ? (
          <em>published before the list begins</em>
        ) : (
          <span className="by">by {actorName(published.actor)}</span>
        )}
        {message.inferred && (
          <em
            className="label"
            title="Neither trace nor correlation id says so: it was published while the message before was being handled"
          >
            inferred
          </em>
        )}
      </EventLine>
      <ul role="group">
        {message.deliveries.map((delivery) => (
          <DeliveryItem key={delivery.event.seq} delivery={delivery} start={start} />
        ))}
        {message.ends.map((event) => (
          <li key={event.seq} role="treeitem" aria-selected={false} className="end">
            <EventLine event={event} start={start}>
              <b>{event.kind}</b> <span className="by">{event.reason ?? ""}</span>
            </EventLine>
          </li>
        ))}
        {message.consequences.map((child) => (
          <MessageItem key={child.message} message={child} start={start} />
        ))}
      </ul>
    </li>
  );
}

function DeliveryItem({
  delivery,
  start,
}: {
  readonly delivery: ChainDelivery;
  readonly start: number;
}): ReactNode {
  const { event, settled } = delivery;
  return (
    <li role="treeitem" aria-selected={false} className={`delivery ${settled?.kind ?? ""}`}>
      <EventLine event={event} start={start}>
        <span className="arrow" aria-hidden="true">
          →
        </span>
        <b>{actorName(event.actor)}</b>
        <span className="by">
          {event.kind === "redelivered" ? "delivered again" : "delivered"}
          {settled !== null && `, ${settled.kind} after ${settled.time - event.time} ms`}
          {settled?.reason === undefined ? "" : `: ${settled.reason}`}
        </span>
      </EventLine>
      {delivery.published.length > 0 && (
        <ul role="group">
          {delivery.published.map((message) => (
            <MessageItem key={message.message} message={message} start={start} />
          ))}
        </ul>
      )}
    </li>
  );
}

function EventLine({
  event,
  start,
  children,
}: {
  readonly event: TrafficEvent;
  readonly start: number;
  readonly children: ReactNode;
}): ReactNode {
  const store = useStore();
  const picked = usePage((state) => state.picked?.seq === event.seq);
  return (
    <button
      type="button"
      className={picked ? "line picked" : "line"}
      onClick={() => store.act({ kind: "pick", event })}
    >
      {children}
      <time>+{event.time - start} ms</time>
    </button>
  );
}
