/** How sending or saving went, with the way to what it set off. */
import type { ReactNode } from "react";
import { Button } from "../controls.tsx";
import { Check, Failure } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";
import { chainSize } from "../traffic/chain.ts";
import type { Form } from "./use-form.ts";

export function OutcomeBox({ form }: { readonly form: Form }): ReactNode {
  const { outcome } = form.state;
  if (outcome === null) return null;
  return (
    <div className={`outcome ${outcome.kind}`} data-testid="outcome" data-outcome={outcome.kind}>
      {outcome.kind === "failed" ? <Failure /> : <Check />}
      {outcome.kind === "sent" && <Sent chain={outcome.chain} />}
      {outcome.kind === "sent-away" && (
        <span>
          Sent to <code>{outcome.to}</code>. What it sets off there is not seen here.
        </span>
      )}
      {outcome.kind === "saved" && (
        <span>
          Saved as <code>{outcome.file}</code>
        </span>
      )}
      {outcome.kind === "failed" && (
        <>
          <span>{outcome.reason}</span>
          {outcome.canForce && (
            <Button testId="send-anyway" onPress={() => form.send(true)}>
              Send anyway
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function Sent({ chain }: { readonly chain: string }): ReactNode {
  const store = useStore();
  const pinned = usePage((state) =>
    state.traffic.pinned?.chain === chain ? state.traffic.pinned.events : state.traffic.events,
  );
  const { messages, deliveries } = chainSize(pinned, chain);
  return (
    <span>
      Sent.{" "}
      {deliveries === 0
        ? "Nobody has received it yet."
        : `${plural(messages, "message")} so far, ${plural(deliveries, "delivery", "deliveries")}.`}{" "}
      <button
        type="button"
        className="link"
        data-testid="show-chain"
        onClick={() => {
          const first = store.latest().traffic.events.find((event) => event.chain.id === chain);
          store.act(first === undefined ? { kind: "pin", chain } : { kind: "pick", event: first });
        }}
      >
        Show the chain
      </button>
    </span>
  );
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
