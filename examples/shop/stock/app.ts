/** Counts what is in stock, and says where little is left. */
import { App } from "millrace";
import { RedisBroker, stream } from "millrace/redis";
import { LowStock, StockMovement } from "../contracts.ts";

const LITTLE = 10;

const store = new RedisBroker();

/** Pieces by item. */
export const counts: Map<string, number> = new Map([["paper", LITTLE + 2]]);

export const low = store.publisher("stock.low", { schema: LowStock });

export const count = store.subscriber(
  stream("stock.movements", { group: "stock" }),
  { schema: StockMovement, publish: low },
  ({ item, change }, { logger }) => {
    const left = (counts.get(item) ?? 0) + change;
    counts.set(item, left);
    logger.info("%d of %s", left, item);
    // Said once: what is filled in, or goes down further, is no news.
    return left < LITTLE && left - change >= LITTLE ? { item, left } : undefined;
  },
);

export const app = new App(store, { title: "stock" });
