/** The traffic: filters on top, the list at the left, the picked event with its chain at the right. */
import { useMemo, useState, type ReactNode } from "react";
import { channelName } from "../channel-words.ts";
import { Button, Dropdown, TextField } from "../controls.tsx";
import { ChevronDown, ChevronUp, Trash } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { KEPT_EVENTS } from "../store/traffic-state.ts";
import { EventDetails } from "./event-details.tsx";
import { EventList } from "./event-list.tsx";
import { everything, filterTraffic, type TrafficFilter } from "./filter.ts";

export function TrafficPane(props: {
  readonly height: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const [filter, setFilter] = useState(everything);
  return (
    <section
      className={props.open ? "traffic" : "traffic closed"}
      style={props.open ? { height: props.height } : undefined}
      aria-label="Traffic"
      data-testid="traffic"
    >
      <TrafficBar
        filter={filter}
        onFilter={setFilter}
        open={props.open}
        onToggle={props.onToggle}
      />
      {props.open && <TrafficBody filter={filter} onReset={() => setFilter(everything)} />}
    </section>
  );
}

function TrafficBar(props: {
  readonly filter: TrafficFilter;
  readonly onFilter: (filter: TrafficFilter) => void;
  readonly open: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const store = useStore();
  const total = usePage((state) => state.traffic.total);
  const { filter, onFilter, open } = props;
  return (
    <header className="bar">
      <button
        type="button"
        className="fold"
        aria-expanded={open}
        data-testid="traffic-toggle"
        onClick={props.onToggle}
      >
        {open ? <ChevronDown /> : <ChevronUp />} Traffic
        <span
          className="total"
          data-testid="traffic-total"
          data-count={total}
          title="Events since the traffic was cleared"
        >
          {total}
        </span>
      </button>
      {open && (
        <>
          <Filters filter={filter} onFilter={onFilter} />
          <span className="spring" />
          {total > KEPT_EVENTS && (
            <span className="note">showing the last {KEPT_EVENTS.toLocaleString("en")}</span>
          )}
          <Button
            look="icon"
            title="Clear the traffic and start counting again"
            testId="clear-traffic"
            disabled={total === 0}
            onPress={() => store.post({ kind: "clear-traffic" })}
          >
            <Trash />
          </Button>
        </>
      )}
    </header>
  );
}

const KINDS = [
  { value: "", text: "All events" },
  { value: "published", text: "Published" },
  { value: "delivered", text: "Delivered" },
  { value: "acknowledged", text: "Acknowledged" },
  { value: "trouble", text: "Trouble only" },
];

function Filters({
  filter,
  onFilter,
}: {
  readonly filter: TrafficFilter;
  readonly onFilter: (filter: TrafficFilter) => void;
}): ReactNode {
  const topology = usePage((state) => state.workbench?.topology);
  const clients = usePage((state) => state.traffic.clients);
  const services = useMemo(
    () => [
      { value: "", text: "All services" },
      ...(topology?.services ?? []).map((service) => ({ value: service.id, text: service.name })),
      { value: "workbench", text: "workbench" },
      ...[...clients].map(([value, name]) => ({ value, text: `${name} (unknown)` })),
    ],
    [topology, clients],
  );
  const channels = useMemo(
    () => [
      { value: "", text: "All channels" },
      ...(topology?.channels ?? []).map((channel) => ({
        value: channel.id,
        text: channelName(channel),
      })),
    ],
    [topology],
  );
  return (
    <div className="filters">
      <TextField
        label="Filter by text"
        placeholder="Filter"
        testId="traffic-filter"
        value={filter.text}
        onInput={(text) => onFilter({ ...filter, text })}
      />
      <Dropdown
        label="Kind"
        testId="traffic-kind"
        value={filter.kind}
        choices={KINDS}
        onChange={(kind) => onFilter({ ...filter, kind: kind as TrafficFilter["kind"] })}
      />
      <Dropdown
        label="Service"
        testId="traffic-service"
        value={filter.service}
        choices={services}
        onChange={(service) => onFilter({ ...filter, service })}
      />
      <Dropdown
        label="Channel"
        testId="traffic-channel"
        value={filter.channel}
        choices={channels}
        onChange={(channel) => onFilter({ ...filter, channel })}
      />
    </div>
  );
}

function TrafficBody({
  filter,
  onReset,
}: {
  readonly filter: TrafficFilter;
  readonly onReset: () => void;
}): ReactNode {
  const events = usePage((state) => state.traffic.events);
  const picked = usePage((state) => state.picked);
  const pinned = usePage((state) => state.traffic.pinned);
  const emulator = usePage((state) => state.workbench?.emulator.status);
  const shown = useMemo(() => filterTraffic(events, filter), [events, filter]);
  if (events.length === 0) {
    return (
      <div className="nothing" data-testid="no-traffic">
        {emulator === "running"
          ? "No messages yet. Choose a channel and send one, or let a service publish."
          : "No messages yet. Start the emulator; every message that passes through it is listed here."}
      </div>
    );
  }
  return (
    <div className="body">
      {shown.length === 0 ? (
        <div className="nothing">
          None of the last {events.length} events fits the filter.{" "}
          <button type="button" className="link" onClick={onReset}>
            Show all
          </button>
        </div>
      ) : (
        <EventList events={shown} />
      )}
      {(picked !== null || pinned !== null) && <EventDetails />}
    </div>
  );
}
