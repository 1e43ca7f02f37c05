/** A bar between two panes that can be dragged, or moved with the arrow keys. */
import type { KeyboardEvent, PointerEvent, ReactNode } from "react";

const STEP = 24;

export function Splitter(props: {
  readonly label: string;
  /** `x`: sizes what is at its right; `y`: what is below. */
  readonly axis: "x" | "y";
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const { axis, value, least, most } = props;
  const change = (next: number) =>
    props.onChange(Math.round(Math.min(most, Math.max(least, next))));

  function drag(event: PointerEvent<HTMLElement>): void {
    const bar = event.currentTarget;
    const start = axis === "x" ? event.clientX : event.clientY;
    const move = (moved: globalThis.PointerEvent) =>
      change(value + start - (axis === "x" ? moved.clientX : moved.clientY));
    const end = () => {
      bar.removeEventListener("pointermove", move);
      bar.removeEventListener("lostpointercapture", end);
    };
    bar.setPointerCapture(event.pointerId);
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", end);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const grow = axis === "x" ? "ArrowLeft" : "ArrowUp";
    const shrink = axis === "x" ? "ArrowRight" : "ArrowDown";
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    change(value + (event.key === grow ? STEP : -STEP));
  }

  return (
    <div
      className={`splitter along-${axis}`}
      role="separator"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={drag}
      onKeyDown={onKeyDown}
    />
  );
}
