/** The message form's verbs: what asks the session and puts its answer into the form. */
import type { Operation } from "@millrace/workbench/protocol";
import { useCallback, useEffect } from "react";
import { usePage, useStore } from "../store/hooks.ts";
import { emptyForm, toDraft, type FormAction, type FormState } from "./form-state.ts";

/** How long after the last key the text is judged. */
const CHECK_AFTER_MS = 250;

export interface Form {
  readonly state: FormState;
  readonly change: (action: FormAction) => void;
  readonly newSample: () => void;
  readonly send: (anyway?: boolean) => void;
  readonly save: (name: string) => void;
}

export function useForm(operation: Operation): Form {
  const store = useStore();
  const id = operation.id;
  const state = usePage((page) => page.forms.get(id)) ?? emptyForm;
  const change = useCallback(
    (action: FormAction) => store.act({ kind: "form", operation: id, action }),
    [store, id],
  );
  const latest = useCallback(() => store.latest().forms.get(id) ?? emptyForm, [store, id]);

  // As the form shows it: the choice is kept while no real broker is known.
  const isReal = useCallback(
    () =>
      latest().to === "real" &&
      store.latest().workbench?.realBrokers[operation.server] !== undefined,
    [store, operation.server, latest],
  );

  const load = useCallback(
    async (seed?: number) => {
      const { edits } = latest();
      const answer = await store.ask({
        kind: "draft",
        operation: id,
        ...(seed === undefined ? {} : { seed }),
      });
      if (answer.kind === "draft") change({ kind: "loaded", draft: answer.draft, edits });
      else if (answer.kind === "failed") change({ kind: "not-loaded", reason: answer.reason });
    },
    [store, id, change, latest],
  );

  // A form that was open before is shown as it was left.
  useEffect(() => {
    if (!store.latest().forms.has(id)) {
      change({ kind: "view", view: "fields" });
      void load();
    }
  }, [store, id, change, load]);

  const { edits, status } = state;
  useEffect(() => {
    if (edits === 0 || status === "loading") return;
    const timer = setTimeout(() => {
      void store.ask({ kind: "check", operation: id, draft: toDraft(latest()) }).then((answer) => {
        if (answer.kind === "checked")
          change({ kind: "checked", findings: answer.findings, edits });
      });
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [edits, status, store, id, change, latest]);

  const send = useCallback(
    async (anyway: boolean) => {
      if (latest().status !== "ready") return;
      change({ kind: "sending" });
      const answer = await store.ask({
        kind: "send",
        operation: id,
        draft: toDraft(latest()),
        ...(anyway ? { anyway } : {}),
        ...(isReal() ? { real: true } : {}),
      });
      if (answer.kind === "sent" && answer.to !== undefined) {
        change({ kind: "outcome", outcome: { kind: "sent-away", to: answer.to } });
        store.act({ kind: "announce", text: `Message sent to ${answer.to}.` });
      } else if (answer.kind === "sent") {
        change({
          kind: "outcome",
          outcome: { kind: "sent", chain: answer.chain, message: answer.message },
        });
        store.act({ kind: "pin", chain: answer.chain });
        store.act({ kind: "announce", text: "Message sent." });
      } else if (answer.kind === "failed") {
        const findings = answer.findings ?? [];
        change({
          kind: "outcome",
          outcome: { kind: "failed", reason: answer.reason, canForce: findings.length > 0 },
          findings,
        });
        store.act({ kind: "announce", text: `Not sent: ${answer.reason}` });
      }
    },
    [store, id, change, latest, isReal],
  );

  const save = useCallback(
    async (name: string) => {
      const answer = await store.ask({
        kind: "save-message",
        operation: id,
        name,
        draft: toDraft(latest()),
      });
      if (answer.kind === "saved") {
        change({ kind: "outcome", outcome: { kind: "saved", file: answer.file } });
        store.act({ kind: "announce", text: `Saved as ${answer.file}.` });
      } else if (answer.kind === "failed") {
        change({
          kind: "outcome",
          outcome: { kind: "failed", reason: answer.reason, canForce: false },
        });
      }
    },
    [store, id, change, latest],
  );

  return {
    state,
    change,
    newSample: () => {
      const { seed } = latest();
      change({ kind: "next-seed" });
      void load(seed + 1);
    },
    send: (anyway = false) => void send(anyway),
    save: (name) => void save(name),
  };
}
