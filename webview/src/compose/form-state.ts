/** A message form as one value, and what changes it. Kept for each operation, so nothing typed is lost by looking elsewhere. */
import type { Draft, Finding } from "@millrace/workbench/protocol";

export interface HeaderRow {
  readonly name: string;
  readonly value: string;
}

export type Outcome =
  | { readonly kind: "sent"; readonly chain: string; readonly message: number | null }
  /** To a real broker: what it sets off there is not seen. */
  | { readonly kind: "sent-away"; readonly to: string }
  | { readonly kind: "saved"; readonly file: string }
  | { readonly kind: "failed"; readonly reason: string; readonly canForce: boolean };

export interface FormState {
  readonly params: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly headers: readonly HeaderRow[];
  readonly key: string;
  /** `loading` until the session has given a first draft. */
  readonly status: "loading" | "ready" | "sending";
  readonly view: "fields" | "text";
  /** Where it is sent; a real broker only when a person says so. */
  readonly to: "emulator" | "real";
  /** The seed of the next sample. */
  readonly seed: number;
  /** Counts up with each change by hand; a judgement of an older text is not shown. */
  readonly edits: number;
  readonly findings: readonly Finding[];
  readonly outcome: Outcome | null;
}

export const emptyForm: FormState = {
  params: {},
  payload: "",
  headers: [],
  key: "",
  status: "loading",
  view: "fields",
  to: "emulator",
  seed: 1,
  edits: 0,
  findings: [],
  outcome: null,
};

export type FormAction =
  | {
      readonly kind: "edit";
      readonly change: Partial<Pick<FormState, "params" | "payload" | "headers" | "key">>;
    }
  /** The session's draft. Does not overwrite what was typed while it was on its way. */
  | { readonly kind: "loaded"; readonly draft: Draft; readonly edits: number }
  | { readonly kind: "not-loaded"; readonly reason: string }
  | { readonly kind: "next-seed" }
  | { readonly kind: "checked"; readonly findings: readonly Finding[]; readonly edits: number }
  | { readonly kind: "view"; readonly view: FormState["view"] }
  | { readonly kind: "to"; readonly to: FormState["to"] }
  | { readonly kind: "sending" }
  | { readonly kind: "outcome"; readonly outcome: Outcome; readonly findings?: readonly Finding[] };

export function reduceForm(form: FormState, action: FormAction): FormState {
  switch (action.kind) {
    case "edit":
      return {
        ...form,
        ...action.change,
        edits: form.edits + 1,
        status: form.status === "loading" ? "ready" : form.status,
      };
    case "loaded":
      if (form.edits !== action.edits) return { ...form, status: "ready" };
      return {
        ...form,
        ...fromDraft(action.draft),
        status: "ready",
        findings: [],
        edits: form.edits + 1,
      };
    case "not-loaded":
      return {
        ...form,
        status: "ready",
        outcome: { kind: "failed", reason: action.reason, canForce: false },
      };
    case "next-seed":
      return { ...form, seed: form.seed + 1 };
    case "checked":
      return form.edits === action.edits ? { ...form, findings: action.findings } : form;
    case "view":
      return { ...form, view: action.view };
    case "to":
      return { ...form, to: action.to, outcome: null };
    case "sending":
      return { ...form, status: "sending", outcome: null };
    case "outcome":
      return {
        ...form,
        status: "ready",
        outcome: action.outcome,
        findings: action.findings ?? form.findings,
      };
  }
}

/** What is sent: headers without a name are rows that were never filled. */
export function toDraft(form: FormState): Draft {
  const headers = Object.fromEntries(
    form.headers.filter((row) => row.name.trim() !== "").map((row) => [row.name.trim(), row.value]),
  );
  return {
    params: form.params,
    payload: form.payload,
    headers,
    ...(form.key === "" ? {} : { key: form.key }),
  };
}

export function fromDraft(draft: Draft): Pick<FormState, "params" | "payload" | "headers" | "key"> {
  return {
    params: draft.params,
    payload: draft.payload,
    headers: Object.entries(draft.headers).map(([name, value]) => ({ name, value })),
    key: draft.key ?? "",
  };
}
