/** Names by chance, called in the order in which they were seen: `gen1` for a queue, `ctag1`, `reply1`. */
export class Names {
  readonly #names = new Map<string, string>();

  get queues(): string[] {
    return [...this.#names.values()].filter((name) => name.startsWith("gen"));
  }

  /** The text with what such names are called, and without times. */
  hide(text: string): string {
    return text
      .replaceAll(/amq\.(gen-|ctag-|rabbitmq\.reply-to\.)[\w.=+/-]+/g, (name, kind: string) => {
        const known = this.#names.get(name);
        if (known !== undefined) return known;
        const short = kind === "gen-" ? "gen" : kind === "ctag-" ? "ctag" : "reply";
        const count = [...this.#names.values()].filter((each) => each.startsWith(short)).length;
        this.#names.set(name, `${short}${count + 1}`);
        return `${short}${count + 1}`;
      })
      .replaceAll(/timestamp:\d{9,}/g, "timestamp:now");
  }

  /** What the server calls it. */
  actual(text: string): string {
    if (text === '""') return "";
    for (const [actual, name] of this.#names) if (name === text) return actual;
    return text;
  }

  clear(): void {
    this.#names.clear();
  }
}
