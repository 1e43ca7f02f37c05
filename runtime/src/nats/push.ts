/**
 * Is pushed to: the server sends as long as the consumer has room for unacknowledged messages (`maxAckPending`), to one
 * member of the group each. Heartbeats go to one member only, so with a group the consumer is asked for now and then.
 */
import type { Api } from "./api.ts";
import type { Subscription } from "./driver.ts";
import type { Ending, Source, SourceEvents } from "./pull.ts";

/** ms without a sign before the consumer is looked at. */
const SILENCE = 6000;
const SILENCE_IN_GROUP = 30_000;

export function createPush({ link }: Api, events: SourceEvents): Source {
  let subscription: { readonly to: string; readonly own: Subscription } | undefined;
  let draining = false;
  let alive = () => {};
  let end: (how: Ending) => void = () => {};

  async function listen(to: string, group: string | undefined): Promise<void> {
    if (subscription?.to === to) return;
    subscription?.own.unsubscribe();
    const own = link.client.subscribe(to, {
      ...(group === undefined ? {} : { queue: group }),
      callback: (error, message) => {
        if (error !== null) {
          end({ kind: "refused", why: error.message });
          return;
        }
        alive();
        const status = message.headers?.code ?? 0;
        if (status === 0) events.onMessage(message);
        // Flow control, where somebody else made the consumer: answered, it goes on.
        else if (message.reply) message.respond();
      },
    });
    subscription = { to, own };
    await link.client.flush();
  }

  return {
    onRoom: () => {},
    stop: (ending) => end(ending),
    async next({ config }) {
      const group = config["deliver_group"] as string | undefined;
      await listen(String(config["deliver_subject"]), group);
      if (draining) return { kind: "over" };
      return new Promise<Ending>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const off = link.onChange((state) => {
          if (state === "lost") end({ kind: "unsure", why: "the connection was lost" });
        });
        end = (how) => {
          off();
          clearTimeout(timer);
          end = () => {};
          alive = () => {};
          resolve(how);
        };
        const watch = () => {
          clearTimeout(timer);
          timer = setTimeout(
            () =>
              end(
                group === undefined
                  ? { kind: "unsure", why: "the consumer gives no heartbeat" }
                  : { kind: "unsure" },
              ),
            group === undefined ? SILENCE : SILENCE_IN_GROUP,
          );
        };
        alive = () => {
          watch();
          events.onAlive();
        };
        watch();
      });
    },
    async drain() {
      draining = true;
      end({ kind: "over" });
      const own = subscription?.own;
      if (own === undefined || own.isClosed() || link.client.isClosed()) return;
      if (link.lost === undefined) await own.drain().catch(() => undefined);
      else own.unsubscribe();
    },
  };
}
