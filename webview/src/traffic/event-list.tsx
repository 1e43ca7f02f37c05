/** The list itself: only the rows in view are drawn; new events follow at the end while the end is in view. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { ProtocolIcon } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { actorName, addressText } from "./filter.ts";

const ROW = 24;
const BEYOND = 8;

export function EventList({ events }: { readonly events: readonly TrafficEvent[] }): ReactNode {
  const store = useStore();
  const picked = usePage((state) => state.picked);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [view, setView] = useState({ top: 0, height: 400 });
  const first = Math.max(0, Math.floor(view.top / ROW) - BEYOND);
  const last = Math.min(events.length, Math.ceil((view.top + view.height) / ROW) + BEYOND);

  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.contentRect.height ?? 400;
      setView((before) => ({ ...before, height }));
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (atEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [events]);

  function onScroll(): void {
    if (box.current === null) return;
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    atEnd.current = scrollTop + clientHeight >= scrollHeight - ROW;
    setView({ top: scrollTop, height: clientHeight });
  }

  function pick(index: number): void {
    const event = events[Math.min(events.length - 1, Math.max(0, index))];
    if (event === undefined || box.current === null) return;
    store.act({ kind: "pick", event });
    const at = events.indexOf(event) * ROW;
    if (at < box.current.scrollTop) box.current.scrollTop = at;
    else if (at + ROW > box.current.scrollTop + box.current.clientHeight)
      box.current.scrollTop = at + ROW - box.current.clientHeight;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const now = picked === null ? -1 : events.findIndex((one) => one.seq === picked.seq);
    const page = Math.max(1, Math.floor(view.height / ROW) - 1);
    const target: Record<string, number> = {
      ArrowDown: now + 1,
      ArrowUp: now < 0 ? events.length - 1 : now - 1,
      PageDown: now + page,
      PageUp: now - page,
      Home: 0,
      End: events.length - 1,
    };
    const index = target[event.key];
    if (index === undefined) return;
    event.preventDefault();
    pick(index);
  }

  const active = picked === null ? undefined : `event-${picked.seq}`;
  return (
    <div
      ref={box}
      className="events"
      role="listbox"
      aria-label="Events, oldest first"
      aria-activedescendant={active}
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      data-testid="traffic-list"
      data-rows={events.length}
    >
      <div className="all" style={{ height: events.length * ROW }}>
        <div style={{ transform: `translateY(${first * ROW}px)` }}>
          {events.slice(first, last).map((event, index) => (
            <Row
              key={event.seq}
              event={event}
              position={first + index}
              of={events.length}
              picked={event.seq === picked?.seq}
              chained={picked !== null && picked.chain.id === event.chain.id}
              onPick={() => store.act({ kind: "pick", event })}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Row(props: {
  readonly event: TrafficEvent;
  readonly position: number;
  readonly of: number;
  readonly picked: boolean;
  readonly chained: boolean;
  readonly onPick: () => void;
}): ReactNode {
  const { event } = props;
  return (
    <div
      id={`event-${event.seq}`}
      role="option"
      aria-selected={props.picked}
      aria-posinset={props.position + 1}
      aria-setsize={props.of}
      className={`row ${event.kind} on-${event.protocol}${props.picked ? " picked" : props.chained ? " chained" : ""}`}
      data-testid="traffic-row"
      data-seq={event.seq}
      data-kind={event.kind}
      data-address={event.address}
      data-actor={actorName(event.actor)}
      onClick={props.onPick}
    >
      <time>{clockTime(event.time)}</time>
      <span className="kind">{event.kind}</span>
      <span className="protocol" title={event.protocol}>
        <ProtocolIcon protocol={event.protocol} />
      </span>
      <span className="address" title={event.address}>
        {addressText(event)}
      </span>
      <span className={`actor ${event.actor.kind}`}>
        {event.kind === "published" ? "by " : event.actor.kind === "broker" ? "" : "to "}
        <b>{actorName(event.actor)}</b>
      </span>
      <span className="preview">
        {event.reason ?? event.payload.preview.slice(0, 160).replace(/\s+/g, " ")}
      </span>
      <span className="size">{byteSize(event.payload.size)}</span>
    </div>
  );
}

/** Local time with milliseconds: what differs between neighbours. */
export function clockTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
