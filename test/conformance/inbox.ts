/** What a test's handlers have seen. Tests wait for a number of things, never for a time. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #limit: number;

  /** `limit`: after how many ms a wait fails, for what never comes. */
  constructor(limit = 30_000) {
    this.#limit = limit;
  }

  push(item: Item): void {
    this.items.push(item);
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first `count` items as soon as they are there. */
  async first(count: number): Promise<Item[]> {
    await this.until(() => this.items.length >= count, `${count} items`);
    return this.items.slice(0, count);
  }

  /** Resolves when the condition holds; it is looked at with each item. */
  until(holds: () => boolean, what = "a condition"): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => {
        this.#waiting.delete(look);
        clearTimeout(limit);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = () => {
        if (holds()) done();
      };
      const limit = setTimeout(
        () =>
          done(
            new Error(
              `waited ${this.#limit / 1000} s for ${what}; the last to come: ${JSON.stringify(this.items.slice(-30)).slice(0, 2000)}`,
            ),
          ),
        this.#limit,
      );
      this.#waiting.add(look);
      look();
    });
  }
}

/** A door that a handler waits at until the test opens it. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}
