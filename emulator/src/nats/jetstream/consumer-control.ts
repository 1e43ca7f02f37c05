/** What an operator does to a consumer that there is: `$JS.API.CONSUMER.PAUSE` and `UNPIN` of nats-server 2.11. */
import { refuse } from "./consumer-refusals.ts";
import { checkGroup } from "./consumer-validation.ts";
import type { Consumer } from "./consumer.ts";
import type { ApiCall, ApiTable } from "./contract.ts";
import { timestamp, ZERO_TIME } from "./header-block.ts";
import { Fields } from "./json-fields.ts";

/** `find`: the consumer that a subject names. */
export function controlApi(find: (call: ApiCall) => Consumer): ApiTable {
  /** Until a time; a time that has passed, or none, ends the pause. */
  function pause(call: ApiCall): object {
    const asked = objectOf(call)?.time("pause_until");
    const until =
      asked === undefined || asked === Date.parse(ZERO_TIME) ? undefined : timestamp(asked);
    const consumer = find(call);
    consumer.pause(until);
    return { paused: false, pause_until: until ?? ZERO_TIME, ...consumer.paused };
  }

  function unpin(call: ApiCall): object {
    const group = new Fields(call.body).string("group");
    if (call.body === undefined || group === "") throw refuse("invalidJson");
    checkGroup(group);
    const consumer = find(call);
    if (!consumer.config.priority_groups?.includes(group)) throw refuse("unknownGroup");
    consumer.unpin(group);
    return {};
  }

  return {
    "CONSUMER.UNPIN.*.*": { type: typed("unpin"), run: unpin },
    "CONSUMER.PAUSE.*.*": { type: typed("pause"), run: pause },
  };
}

/** What is neither an object nor a list counts as nothing. */
function objectOf({ body }: ApiCall): Fields | undefined {
  return typeof body === "object" && body !== null ? new Fields(body) : undefined;
}

function typed(name: string): string {
  return `io.nats.jetstream.api.v1.consumer_${name}_response`;
}
