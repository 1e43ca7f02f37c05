/** A subscription of a link: granted once, and again whenever the broker has forgotten the session it was in. */
import { within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { ConnectError, messageOf } from "../errors.ts";
import type { IClientSubscribeOptions } from "./driver.ts";
import type { Link } from "./link.ts";
import { codeOf, subscribeRefused } from "./reasons.ts";

export interface Standing {
  readonly filter: string;
  /** The QoS that the broker granted. */
  readonly qos: number;
  /** Why nothing comes by it now. */
  readonly problem: string | undefined;
  /** The first time. @throws {ConnectError} where the broker refuses it. */
  begin(): Promise<void>;
  /**
   * Asks for it on a connection that has just been made, and again after a while where it is refused. Resolves with the
   * first answer; never rejects.
   */
  renew(): Promise<void>;
  /** It is renewed no longer. */
  end(): void;
}

export function standIn(facts: {
  readonly link: Link;
  readonly filter: string;
  readonly options: IClientSubscribeOptions;
  readonly logger: DriverContext["logger"];
}): Standing {
  const { link, filter, options, logger } = facts;
  const backoff = createBackoff({ first: 1000, longest: 60_000 });
  let qos: number = options.qos;
  let problem: string | undefined;
  let ended = false;
  let retry: NodeJS.Timeout | undefined;

  async function begin(): Promise<void> {
    try {
      const [granted] = await within(
        link.client.subscribeAsync(filter, options),
        link.timeout,
        () => new Error(`no answer within ${link.timeout} ms`),
      );
      qos = granted?.qos ?? options.qos;
    } catch (cause) {
      throw new ConnectError(
        `cannot subscribe to "${filter}" on MQTT at ${link.address}: ${reason(cause)}`,
        { cause },
      );
    }
    if (qos < options.qos)
      logger.warn(`the broker grants QoS ${qos} for "${filter}", not ${options.qos}`);
  }

  async function again(): Promise<void> {
    try {
      await begin();
      problem = undefined;
      backoff.reset();
      logger.info(`subscribed to "${filter}" again`);
    } catch (error) {
      if (ended || link.lost) return;
      problem = messageOf(error);
      logger.error(`not subscribed any more: ${problem}`);
      retry = setTimeout(() => void again(), backoff.delay).unref();
      backoff.failed();
    }
  }

  function reason(cause: unknown): string {
    const code = codeOf(cause);
    return code === undefined
      ? messageOf(cause)
      : subscribeRefused(code, cause, filter.startsWith("$share/"));
  }

  return {
    filter,
    get qos() {
      return qos;
    },
    get problem() {
      if (link.lost) {
        const why = link.cause === undefined ? "" : ` (${messageOf(link.cause)})`;
        return `its connection to MQTT at ${link.address} is lost${why}`;
      }
      return problem;
    },
    begin,
    renew() {
      clearTimeout(retry);
      problem = `the broker had forgotten the subscription to "${filter}", and has not granted it again yet`;
      return again();
    },
    end() {
      ended = true;
      clearTimeout(retry);
    },
  };
}
