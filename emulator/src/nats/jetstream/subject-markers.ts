/**
 * What is left in place of a subject's last message when its time is over: a marker, so that whoever follows the stream sees
 * it go. subject_delete_marker_ttl of nats-server 2.11, ADR-43 of nats-architecture-and-design.
 */
import { goDuration } from "./consumer-duration.ts";
import { headerValue, withHeaders } from "./header-block.ts";
import { NS_PER_S, type StreamConfig } from "./stream-config.ts";

/** The headers of a marker; undefined where the stream leaves none. It takes the old message's place by a roll-up. */
export function markerHeaders({
  subject_delete_marker_ttl: ttl = 0,
}: StreamConfig): Uint8Array | undefined {
  const seconds = Math.floor(ttl / NS_PER_S);
  if (seconds === 0) return undefined;
  return withHeaders(undefined, [
    ["Nats-Marker-Reason", "MaxAge"],
    ["Nats-TTL", goDuration(seconds * NS_PER_S)],
    ["Nats-Rollup", "sub"],
  ]);
}

/** Also one that a client of a key-value bucket leaves. */
export function isMarker(headers: Uint8Array | undefined): boolean {
  return (
    (headerValue(headers, "Nats-Marker-Reason") ?? "") !== "" ||
    headerValue(headers, "KV-Operation") === "PURGE"
  );
}
