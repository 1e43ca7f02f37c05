/** The message form of one operation. */
import type { Channel, Operation } from "@millrace/workbench/protocol";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { Button, Busy, Dropdown, TextField } from "../controls.tsx";
import { channelName, PROTOCOL_NAMES } from "../channel-words.ts";
import { PanelHeader } from "../details/panel-header.tsx";
import { PlaceLink } from "../details/place-link.tsx";
import { Back, Dice, Save, Send } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { portLabel } from "../topology/size.ts";
import { Findings } from "./findings.tsx";
import { fromDraft } from "./form-state.ts";
import { HeaderRows } from "./header-rows.tsx";
import { OutcomeBox } from "./outcome-box.tsx";
import { PayloadEditor } from "./payload-editor.tsx";
import { draftOf, savedFor } from "./saved.ts";
import { useForm, type Form } from "./use-form.ts";

export function ComposePanel(): ReactNode {
  const composing = usePage((state) => state.composing);
  const operation = usePage((state) =>
    state.workbench?.topology.operations.find((one) => one.id === state.composing),
  );
  const channel = usePage((state) =>
    state.workbench?.topology.channels.find((one) => one.id === operation?.channel),
  );
  if (composing === null) return null;
  if (operation === undefined || channel === undefined) {
    return (
      <>
        <PanelHeader kind="Send a message" title={composing} />
        <div className="scroll">
          <p>This operation is no longer declared. What was typed is kept in case it comes back.</p>
        </div>
      </>
    );
  }
  return <MessageForm key={operation.id} operation={operation} channel={channel} />;
}

function MessageForm({
  operation,
  channel,
}: {
  readonly operation: Operation;
  readonly channel: Channel;
}): ReactNode {
  const store = useStore();
  const form = useForm(operation);
  const selection = usePage((state) => state.selection);
  const { state } = form;
  const real = usePage((page) => page.workbench?.realBrokers[operation.server]);
  // A broker that is no longer named is nowhere to send to.
  const to = real === undefined ? "emulator" : state.to;
  const refusal = useRefusal(channel, to);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (refusal === null) form.send();
  }

  return (
    <form
      className="compose"
      data-testid="compose"
      data-operation={operation.id}
      aria-label={`Message to ${channelName(channel)}`}
      onKeyDown={onKeyDown}
      onSubmit={(event) => event.preventDefault()}
    >
      <PanelHeader
        kind="Send a message"
        title={channelName(channel)}
        mono
        before={
          selection === null ? undefined : (
            <button
              type="button"
              className="plain"
              title="Back to the details"
              aria-label="Back to the details"
              onClick={() => store.act({ kind: "show-details" })}
            >
              <Back />
            </button>
          )
        }
      />
      <div className="scroll">
        <OperationChoice operation={operation} />
        {real !== undefined && <Destination form={form} channel={channel} to={to} real={real} />}
        {addressParts(channel.params, state.params).map((name) => (
          <label className="row" key={name}>
            <span className="row-label">
              {name} <em>in the address</em>
            </span>
            <TextField
              label={name}
              testId={`param-${name}`}
              value={state.params[name] ?? ""}
              invalid={state.findings.some((one) => one.pointer === `params/${name}`)}
              onInput={(value) =>
                form.change({
                  kind: "edit",
                  change: { params: { ...state.params, [name]: value } },
                })
              }
            />
            <Findings findings={state.findings} pointer={`params/${name}`} />
          </label>
        ))}
        <PayloadEditor form={form} operation={operation} />
        <details className="more" open={state.headers.length > 0 || state.key !== ""}>
          <summary>
            Headers and key{state.headers.length > 0 ? ` (${state.headers.length})` : ""}
          </summary>
          <HeaderRows form={form} />
          <label className="row">
            <span className="row-label">key</span>
            <TextField
              label="key"
              testId="key"
              value={state.key}
              onInput={(key) => form.change({ kind: "edit", change: { key } })}
            />
          </label>
        </details>
        <Samples form={form} channel={channel} />
      </div>
      <footer className="send-bar">
        <OutcomeBox form={form} />
        {refusal !== null && <Refusal refusal={refusal} />}
        <div className="send-row">
          <Button
            look="primary"
            testId="send"
            disabled={refusal !== null || state.status !== "ready"}
            title={refusal?.text ?? "Send (Ctrl+Enter)"}
            label="Send"
            onPress={() => form.send()}
          >
            <div className="with-icon">
              {state.status === "sending" ? <Busy label="Sending" /> : <Send />} Send
              {to === "real" && real !== undefined ? ` to ${real}` : ""}
            </div>
          </Button>
          <kbd aria-hidden="true">{navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl"} ↵</kbd>
          <span className="spring" />
          <Button
            testId="new-sample"
            disabled={state.status !== "ready"}
            title="Fill the form with another sample made from the schema"
            onPress={form.newSample}
          >
            <div className="with-icon">
              <Dice /> New sample
            </div>
          </Button>
        </div>
      </footer>
    </form>
  );
}

/** Where a channel has several declarations, whose schema the form follows. */
function OperationChoice({ operation }: { readonly operation: Operation }): ReactNode {
  const store = useStore();
  const operations = usePage((state) => state.workbench?.topology.operations);
  const siblings = (operations ?? []).filter((one) => one.channel === operation.channel);
  const name = (one: Operation) =>
    `${one.service.replace(/^service:/, "")} · ${portLabel(one)} (${one.action === "send" ? "sends" : "receives"})`;
  return (
    <div className="row">
      <span className="row-label">
        schema of <PlaceLink place={operation.place} />
      </span>
      {siblings.length > 1 ? (
        <Dropdown
          label="Whose schema"
          testId="compose-operation"
          value={operation.id}
          choices={siblings.map((one) => ({ value: one.id, text: name(one) }))}
          onChange={(id) => store.act({ kind: "compose", id })}
        />
      ) : (
        <span className="fixed">{name(operation)}</span>
      )}
    </div>
  );
}

function Samples({ form, channel }: { readonly form: Form; readonly channel: Channel }): ReactNode {
  const saved = usePage((state) => state.workbench?.savedMessages);
  const [name, setName] = useState("");
  const fitting = savedFor(channel, saved ?? []);
  const apply = (chosen: string) => {
    const message = fitting.find((one) => one.name === chosen);
    if (message === undefined) return;
    form.change({ kind: "edit", change: fromDraft(draftOf(channel, message)) });
    setName(message.name);
  };
  return (
    <details className="more">
      <summary>Saved messages{fitting.length > 0 ? ` (${fitting.length})` : ""}</summary>
      {fitting.length > 0 && (
        <div className="row">
          <span className="row-label">load</span>
          <Dropdown
            label="Load a saved message"
            testId="saved-messages"
            value=""
            choices={[
              { value: "", text: "Choose…" },
              ...fitting.map((one) => ({ value: one.name, text: one.name })),
            ]}
            onChange={apply}
          />
        </div>
      )}
      <div className="row">
        <span className="row-label">save this one as</span>
        <span className="pair">
          <TextField
            label="Name of the saved message"
            testId="save-name"
            placeholder="large-order"
            value={name}
            onInput={setName}
          />
          <Button
            testId="save"
            disabled={name.trim() === ""}
            onPress={() => form.save(name.trim())}
          >
            <div className="with-icon">
              <Save /> Save
            </div>
          </Button>
        </span>
      </div>
    </details>
  );
}

/** Both are there: which one is a person's choice, and the button says it again. */
function Destination(props: {
  readonly form: Form;
  readonly channel: Channel;
  readonly to: "emulator" | "real";
  readonly real: string;
}): ReactNode {
  const { form, channel, to, real } = props;
  return (
    <div className="row">
      <span className="row-label">send to</span>
      <Dropdown
        label="Send to"
        testId="send-to"
        value={to}
        choices={[
          { value: "emulator", text: "the emulator" },
          { value: "real", text: `${PROTOCOL_NAMES[channel.protocol]} at ${real}` },
        ]}
        onChange={(choice) =>
          form.change({ kind: "to", to: choice === "real" ? "real" : "emulator" })
        }
      />
    </div>
  );
}

type RefusalKind = { readonly text: string; readonly remedy: "start" | null };

/** Why nothing can be sent just now. */
function useRefusal(channel: Channel, to: "emulator" | "real"): RefusalKind | null {
  const trusted = usePage((state) => state.workbench?.trusted === true);
  const reason = usePage((state) => state.workbench?.untrustedReason);
  const emulator = usePage((state) => state.workbench?.emulator.status);
  const connected = usePage((state) => state.connection === "open");
  if (!connected)
    return { text: "The workbench is not connected. What you type here is kept.", remedy: null };
  if (!trusted)
    return { text: reason ?? "Sending is off in an untrusted workspace.", remedy: null };
  if (channel.kind === "objects")
    return { text: "An object store takes objects, not messages.", remedy: null };
  if (to === "real") return null;
  if (emulator === "starting") return { text: "The emulator is starting…", remedy: null };
  if (emulator !== "running")
    return { text: "Messages go to the emulator, which is stopped.", remedy: "start" };
  return null;
}

function Refusal({ refusal }: { readonly refusal: RefusalKind }): ReactNode {
  const store = useStore();
  return (
    <p className="refusal" data-testid="refusal">
      <span>{refusal.text}</span>
      {refusal.remedy === "start" && (
        <Button onPress={() => store.post({ kind: "start-emulator" })}>Start the emulator</Button>
      )}
    </p>
  );
}

/** The address' parameters, then the wildcards that the draft has a value for. */
function addressParts(
  params: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return [...new Set([...params, ...Object.keys(values)])];
}
