/** Line icons on a 16 by 16 grid, drawn for this page. Decoration: what they mean is always said in words beside them. */
import type { ChannelKind, ProtocolName } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";

function icon(...shapes: readonly ReactNode[]): () => ReactNode {
  return function Icon() {
    return (
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shapes.map((shape, index) => (
          <g key={index}>{shape}</g>
        ))}
      </svg>
    );
  };
}

/** A water wheel: eight paddles around a hub. */
export const Wheel: () => ReactNode = icon(
  <circle cx="8" cy="8" r="4.6" />,
  <circle cx="8" cy="8" r="1.3" className="solid" />,
  <path d="M8 1v2.4M8 12.6V15M1 8h2.4M12.6 8H15M3.05 3.05l1.7 1.7M11.25 11.25l1.7 1.7M3.05 12.95l1.7-1.7M11.25 4.75l1.7-1.7" />,
);
export const ServiceIcon: () => ReactNode = icon(
  <path d="M8 1.6 13.6 4.8v6.4L8 14.4 2.4 11.2V4.8z" />,
  <path d="M2.6 4.9 8 8l5.4-3.1M8 8v6.2" />,
);
export const ClientIcon: () => ReactNode = icon(
  <circle cx="8" cy="5.2" r="2.6" />,
  <path d="M2.8 14c.4-3 2.4-4.4 5.2-4.4s4.8 1.4 5.2 4.4" />,
);
export const Play: () => ReactNode = icon(
  <path d="M4.8 3.200v9.600l7.7-4.800z" className="solid" />,
);
export const Stop: () => ReactNode = icon(
  <rect x="4" y="4" width="8" height="8" rx="1" className="solid" />,
);
export const SearchIcon: () => ReactNode = icon(
  <circle cx="7" cy="7" r="4.2" />,
  <path d="m10.2 10.2 3.6 3.6" />,
);
export const Close: () => ReactNode = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const Warning: () => ReactNode = icon(
  <path d="M8 2.2 14.4 13.400H1.600zM8 6.400v3.400M8 11.4v.3" />,
);
export const Info: () => ReactNode = icon(
  <circle cx="8" cy="8" r="6" />,
  <path d="M8 7.200v3.900M8 4.900v.3" />,
);
export const Failure: () => ReactNode = icon(
  <circle cx="8" cy="8" r="6" />,
  <path d="m5.8 5.8 4.4 4.400M10.2 5.800l-4.4 4.4" />,
);
export const Send: () => ReactNode = icon(
  <path d="M2 8 14 2.4 10.6 13.8 7.6 9.200zM7.6 9.2 14 2.4" />,
);
export const Code: () => ReactNode = icon(
  <path d="M5.4 4.4 2 8l3.4 3.600M10.6 4.4 14 8l-3.4 3.6" />,
);
export const Focus: () => ReactNode = icon(
  <path d="M2 5.500V2h3.500M10.5 2H14v3.500M14 10.500V14h-3.500M5.5 14H2v-3.5" />,
  <circle cx="8" cy="8" r="1.8" />,
);
export const Plus: () => ReactNode = icon(<path d="M8 3v10M3 8h10" />);
export const Minus: () => ReactNode = icon(<path d="M3 8h10" />);
export const Fit: () => ReactNode = icon(<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />);
export const Tidy: () => ReactNode = icon(
  <rect x="1.8" y="5.6" width="4" height="4.8" rx="1" />,
  <rect x="10.2" y="1.8" width="4" height="4.8" rx="1" />,
  <rect x="10.2" y="9.4" width="4" height="4.8" rx="1" />,
  <path d="M5.8 8h2.200M10.2 4.200H8v7.600h2.2" />,
);
export const Trash: () => ReactNode = icon(
  <path d="M3 4.500h10M6.2 4.500V2.600h3.600v1.900M4.4 4.500l.6 9h6l.6-9" />,
);
export const ChevronDown: () => ReactNode = icon(<path d="m4 6 4 4 4-4" />);
export const ChevronUp: () => ReactNode = icon(<path d="m4 10 4-4 4 4" />);
export const ArrowIn: () => ReactNode = icon(<path d="M2 8h8.500M7 4.5 10.5 8 7 11.500M14 3v10" />);
export const ArrowOut: () => ReactNode = icon(
  <path d="M5 8h8.500M10 4.5 13.5 8 10 11.500M2 3v10" />,
);
export const Back: () => ReactNode = icon(<path d="M14 8H3M6.5 4.5 3 8l3.5 3.5" />);
export const Dice: () => ReactNode = icon(
  <rect x="2.4" y="2.4" width="11.2" height="11.2" rx="2.2" />,
  <path d="M5.5 5.500h.1M10.5 5.500h.1M8 8h.1M5.5 10.500h.1M10.5 10.500h.1" className="dots" />,
);
export const Save: () => ReactNode = icon(<path d="M3.5 2h9v12L8 10.8 3.5 14z" />);
export const Check: () => ReactNode = icon(<path d="m3 8.5 3.3 3.300L13 4.8" />);

/** Not the brokers' logos: what each does. A log, a hutch of queues, ripples, a stack, radio waves. */
const PROTOCOLS: Record<ProtocolName, () => ReactNode> = {
  kafka: icon(<path d="M2 4.500h12M2 8h12M2 11.500h12" />, <path d="M5 3v3M9 6.500v3M6.5 10v3" />),
  rabbitmq: icon(
    <path d="M2 3.500h5v4H2zM9 8.500h5v4H9z" />,
    <path d="M7 5.500h4.500v3M4.5 7.500v3H9" />,
  ),
  nats: icon(
    <circle cx="8" cy="8" r="1.3" className="solid" />,
    <circle cx="8" cy="8" r="3.7" />,
    <path d="M2.6 11.800a6.6 6.6 0 0 1 0-7.600M13.4 4.200a6.6 6.6 0 0 1 0 7.6" />,
  ),
  redis: icon(<path d="M8 2.2 14 5 8 7.8 2 5z" />, <path d="m2 8 6 2.800L14 8M2 11l6 2.8 6-2.8" />),
  mqtt: icon(
    <circle cx="4" cy="12" r="1.3" className="solid" />,
    <path d="M3 8.300a4.7 4.7 0 0 1 4.7 4.700M3 5.200a7.8 7.8 0 0 1 7.8 7.800M3 2.100A10.9 10.9 0 0 1 13.9 13" />,
  ),
};

/** What is more than a plain address: people in line, a magnifying pattern, a stack of cards, a strip of entries, a key, a box. */
const KINDS: Record<ChannelKind, () => ReactNode> = {
  queue: icon(
    <path d="M1.500 8h2M12.500 8h2" />,
    <rect x="3.5" y="5" width="2.4" height="6" rx="0.8" />,
    <rect x="6.8" y="5" width="2.4" height="6" rx="0.8" />,
    <rect x="10.1" y="5" width="2.4" height="6" rx="0.8" />,
  ),
  pattern: icon(
    <path d="M8 2.500v7M4.970 4.250l6.060 3.500M11.030 4.250l-6.060 3.500" />,
    <circle cx="8" cy="13" r="1.1" className="solid" />,
  ),
  list: icon(
    <path d="M5.500 4h8M5.500 8h8M5.500 12h8" />,
    <path d="M2.500 4h.1M2.500 8h.1M2.500 12h.1" className="dots" />,
  ),
  stream: icon(
    <path d="M1.800 5.200c2-1.600 4.200-1.600 6.200 0s4.200 1.600 6.200 0M1.800 8.600c2-1.600 4.200-1.600 6.200 0s4.200 1.600 6.200 0M1.800 12c2-1.600 4.200-1.600 6.200 0s4.200 1.600 6.200 0" />,
  ),
  kv: icon(<circle cx="5" cy="11" r="2.8" />, <path d="m7 9 6-6M10.600 5.400l2 2" />),
  objects: icon(
    <path d="M2.500 5.500h11v8h-11zM2.500 5.500l1.700-3h7.600l1.700 3M6.300 8.300h3.400" />,
  ),
};

export function ProtocolIcon(props: { readonly protocol: ProtocolName }): ReactNode {
  const Icon = PROTOCOLS[props.protocol];
  return <Icon />;
}

/** Its kind's; a plain address has its protocol's. */
export function ChannelIcon(props: {
  readonly protocol: ProtocolName;
  readonly kind?: ChannelKind | undefined;
}): ReactNode {
  const Icon = props.kind === undefined ? PROTOCOLS[props.protocol] : KINDS[props.kind];
  return <Icon />;
}
