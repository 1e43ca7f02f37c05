/** What the page remembers between sessions: where cards were put, the viewport, the sizes of the panes. */
import type { Transport } from "../transport/transport.ts";

export interface KeptView {
  readonly positions: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  readonly viewport: { readonly x: number; readonly y: number; readonly zoom: number } | null;
  /** The space the layout was made for, to which the viewport belongs. */
  readonly stage: { readonly width: number; readonly height: number } | null;
  readonly panelWidth: number;
  readonly trafficHeight: number;
  readonly trafficOpen: boolean;
}

const FRESH: KeptView = {
  positions: {},
  viewport: null,
  stage: null,
  panelWidth: 380,
  trafficHeight: 250,
  trafficOpen: true,
};

/** Anything may stand in storage: what is not what it should be is left out. */
export function keptView(transport: Pick<Transport, "load">): KeptView {
  const loaded: unknown = transport.load();
  if (typeof loaded !== "object" || loaded === null) return FRESH;
  const kept = loaded as Partial<Record<keyof KeptView, unknown>>;
  return {
    positions: isRecord(kept.positions)
      ? Object.fromEntries(Object.entries(kept.positions).filter(isPlaced))
      : FRESH.positions,
    viewport: isViewport(kept.viewport) ? kept.viewport : null,
    stage: isSize(kept.stage) ? kept.stage : null,
    panelWidth: within(kept.panelWidth, 260, 900, FRESH.panelWidth),
    trafficHeight: within(kept.trafficHeight, 90, 1200, FRESH.trafficHeight),
    trafficOpen: kept.trafficOpen !== false,
  };
}

export function keepView(
  transport: Pick<Transport, "load" | "keep">,
  change: Partial<KeptView>,
): void {
  transport.keep({ ...keptView(transport), ...change });
}

function within(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.min(most, Math.max(least, value))
    : otherwise;
}

function isPlaced(entry: [string, unknown]): entry is [string, { x: number; y: number }] {
  return isPoint(entry[1]);
}

function isPoint(value: unknown): value is { x: number; y: number } {
  return isRecord(value) && Number.isFinite(value["x"]) && Number.isFinite(value["y"]);
}

function isSize(value: unknown): value is { width: number; height: number } {
  return isRecord(value) && Number(value["width"]) > 0 && Number(value["height"]) > 0;
}

function isViewport(value: unknown): value is { x: number; y: number; zoom: number } {
  return isPoint(value) && Number.isFinite((value as { zoom?: unknown }).zoom);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
