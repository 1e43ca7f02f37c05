/**
 * The moving messages. One published, delivered or redelivered event of the journal is one moving message: counted, and
 * drawn as one dot as long as not too many are on their way. A delivery sets off when its publishing has arrived, so that
 * the eye can follow what the broker did within a millisecond.
 */
import { Schedule, TRAVEL_MS } from "./schedule.ts";
import type { Travel } from "./travel.ts";

/** Dots at one time. Above this, messages are counted and their cards light up, but no dot is drawn. */
export const DRAWN_DOTS = 80;
const LIT_MS = 900;

export interface Picture {
  /** The path of a wire; undefined while it has no place yet. */
  readonly path: (wire: string) => string | undefined;
  readonly card: (id: string) => HTMLElement | null;
  /** prefers-reduced-motion: messages flash at their end instead of travelling. */
  readonly still: () => boolean;
  readonly now: () => number;
}

export class Motion {
  #moved = 0;
  #undrawn = 0;
  #live = 0;
  readonly #schedule = new Schedule();
  /** How often each card was lit, and until when it glows. */
  readonly #lights = new Map<string, { times: number; until: number }>();
  readonly #layer: HTMLElement;
  readonly #picture: Picture;

  constructor(layer: HTMLElement, picture: Picture) {
    this.#layer = layer;
    this.#picture = picture;
    this.#show();
  }

  /** Starts counting again. */
  reset(moved = 0): void {
    this.#moved = moved;
    this.#undrawn = 0;
    this.#schedule.clear();
    this.#layer.replaceChildren();
    this.#live = 0;
    for (const id of this.#lights.keys()) delete this.#picture.card(id)?.dataset["lights"];
    this.#lights.clear();
    this.#show();
  }

  /** Takes what came at once. null is a message without a line in the picture: it moved all the same. */
  move(travels: readonly (Travel | null)[]): void {
    for (const travel of travels) {
      this.#moved++;
      if (travel === null) this.#undrawn++;
      else this.#start(travel);
    }
    this.#show();
  }

  #start(travel: Travel): void {
    const now = this.#picture.now();
    const start = this.#schedule.startOf(travel.event, now);
    const path = this.#picture.path(travel.wire);
    if (path === undefined || this.#live >= DRAWN_DOTS || document.hidden) {
      this.#undrawn++;
      this.#light(travel.lights);
    } else {
      this.#draw(travel, path, start - now);
    }
  }

  #draw(travel: Travel, path: string, delay: number): void {
    const dot = document.createElement("i");
    dot.className = `dot ${travel.event.kind} on-${travel.event.protocol}`;
    dot.dataset["seq"] = String(travel.event.seq);
    dot.dataset["wire"] = travel.wire;
    dot.style.offsetPath = `path("${path}")`;
    const [from, to] = travel.reverse ? ["100%", "0%"] : ["0%", "100%"];
    const begin = this.#picture.still() ? to : from;
    const animation = dot.animate(
      [
        { offsetDistance: begin, opacity: 0 },
        { opacity: 1, offset: 0.12 },
        { opacity: 1, offset: 0.9 },
        { offsetDistance: to, opacity: 0 },
      ],
      {
        duration: TRAVEL_MS,
        delay: Math.max(0, delay),
        easing: "cubic-bezier(0.45, 0.05, 0.4, 1)",
        fill: "both",
      },
    );
    this.#live++;
    this.#layer.append(dot);
    const end = () => {
      if (!dot.isConnected) return;
      dot.remove();
      this.#live--;
      this.#light(travel.lights);
    };
    animation.addEventListener("finish", end);
    animation.addEventListener("cancel", end);
  }

  /** A service lights up when it receives. `data-lights` counts how often; one that glows already is only counted. */
  #light(id: string | null): void {
    if (id === null) return;
    const now = this.#picture.now();
    const before = this.#lights.get(id) ?? { times: 0, until: 0 };
    const glows = now < before.until;
    const times = before.times + 1;
    this.#lights.set(id, { times, until: glows ? before.until : now + LIT_MS });
    const card = this.#picture.card(id);
    if (card === null) return;
    card.dataset["lights"] = String(times);
    if (glows) return;
    card.animate(
      [
        { boxShadow: "0 0 0 2px var(--light), 0 0 22px var(--light)" },
        { boxShadow: "0 0 0 0 transparent, 0 0 0 transparent" },
      ],
      { duration: LIT_MS, easing: "ease-out" },
    );
  }

  #show(): void {
    this.#layer.dataset["moved"] = String(this.#moved);
    this.#layer.dataset["undrawn"] = String(this.#undrawn);
    document.getElementById("root")?.setAttribute("data-moved", String(this.#moved));
  }
}
