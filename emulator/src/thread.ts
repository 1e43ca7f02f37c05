/** What the emulator's thread and the one that started it say to each other. Types only: neither side loads the other. */
import type { Emulator, EmulatorOptions, EmulatorServer, EmulatorSnapshot } from "./emulator.ts";
import type { FaultRule } from "./faults.ts";
import type { JournalEvent } from "./journal.ts";

/** Given to the thread as its workerData. */
export interface ThreadData {
  readonly options: Omit<EmulatorOptions, "log">;
}

/** To the thread. Every call is answered. */
export interface Call {
  readonly id: number;
  readonly request: Request;
}

export type Request =
  | { readonly kind: "events"; readonly after: number }
  | { readonly kind: "inject"; readonly rule: FaultRule }
  | { readonly kind: "fired"; readonly fault: number }
  | { readonly kind: "clear"; readonly fault: number }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "publish"; readonly message: Parameters<Emulator["publish"]>[0] }
  | { readonly kind: "snapshot" }
  | { readonly kind: "restore"; readonly snapshot: EmulatorSnapshot }
  | { readonly kind: "close" };

/** From the thread. */
export type ThreadMessage =
  | { readonly kind: "ready"; readonly servers: readonly EmulatorServer[] }
  | { readonly kind: "failed"; readonly error: ThreadError }
  | { readonly kind: "events"; readonly events: readonly JournalEvent[] }
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly error: ThreadError };

/** An error as it crosses: its class does not. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
}
