/** A place to wait in until something holds; whoever changes something wakes those who wait, and they look. */
export class Condition {
  readonly #waiting = new Set<() => void>();

  /** Whether it holds, looked at whenever something changed; after `limit` ms as it is then. */
  until(holds: () => boolean, limit?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        end(true);
      };
      const end = (held: boolean) => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve(held);
      };
      const timer = limit === undefined ? undefined : setTimeout(() => end(holds()), limit);
      this.#waiting.add(look);
      look();
    });
  }

  wake(): void {
    for (const look of this.#waiting) look();
  }
}
