/** When a cron pattern of six fields (second, minute, hour, day, month, weekday) is next due, in a time zone. ADR-51 of nats-architecture-and-design */

/** What one field allows; `any`: it began with a star, and leaves the choice of a day to the other field. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly any: boolean;
}

interface CronPattern {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: Field;
  readonly months: Field;
  readonly weekdays: Field;
}

/** undefined where it cannot be read. */
export function readCron(pattern: string): CronPattern | undefined {
  const texts = pattern.split(/\s+/).filter((text) => text !== "");
  if (texts.length !== 6) return undefined;
  const fields = texts.map((text, at) => readField(text, ...(BOUNDS[at] ?? [0, 0])));
  const [seconds, minutes, hours, days, months, weekdays] = fields;
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    seconds: inOrder(seconds),
    minutes: inOrder(minutes),
    hours: inOrder(hours),
    days,
    months,
    weekdays,
  };
}

/** The first time after this one, ms; undefined where there is none within five years. */
export function nextCron(pattern: CronPattern, after: number, zone: string): number | undefined {
  // On the zone's own clock, reckoned as if it were UTC.
  let wall = Math.floor((after + offset(zone, after)) / SECOND) * SECOND + SECOND;
  const limit = new Date(wall).getUTCFullYear() + 5;
  for (;;) {
    const due = nextOnWall(pattern, wall, limit);
    if (due === undefined) return undefined;
    const time = fromWall(zone, due);
    // An hour that the zone leaves out in spring has no such time; one that it has twice is taken the first time.
    if (time !== undefined && time > after) return time;
    wall = due + SECOND;
  }
}

const SECOND = 1000;
const DAY = 86_400_000;
const MONTHS = [
  "",
  "jan",
  "feb",
  "mar",
  "apr",
  "may",
  "jun",
  "jul",
  "aug",
  "sep",
  "oct",
  "nov",
  "dec",
];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const BOUNDS: readonly (readonly [least: number, most: number, names?: readonly string[]])[] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12, MONTHS],
  [0, 6, WEEKDAYS],
];

function readField(
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): Field | undefined {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(",").filter((each) => each !== "")) {
    const [range = "", stepText, ...tooMany] = part.split("/");
    const [low = "", high, ...more] = range.split("-");
    const star = low === "*" || low === "?";
    const step = stepText === undefined ? 1 : readNumber(stepText);
    const from = star ? least : readNumber(low, names);
    // A single number with a step goes on to the end.
    const to =
      star || (high === undefined && stepText !== undefined)
        ? most
        : readNumber(high ?? low, names);
    if (tooMany.length > 0 || (more.length > 0 && !star)) return undefined;
    if (step === undefined || step === 0 || from === undefined || to === undefined)
      return undefined;
    if (from < least || to > most || from > to) return undefined;
    any ||= star && step === 1;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { values, any };
}

function readNumber(text: string, names: readonly string[] = []): number | undefined {
  const named = text === "" ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

function inOrder({ values }: Field): number[] {
  return [...values].sort((one, other) => one - other);
}

function nextOnWall(pattern: CronPattern, from: number, limit: number): number | undefined {
  let day = Math.floor(from / DAY) * DAY;
  for (let earliest = from - day; ; day += DAY, earliest = 0) {
    const date = new Date(day);
    if (date.getUTCFullYear() > limit) return undefined;
    if (!isDay(pattern, date)) continue;
    const time = nextInDay(pattern, earliest / SECOND);
    if (time !== undefined) return day + time * SECOND;
  }
}

/** Where neither day nor weekday is left open, either is enough. */
function isDay({ days, months, weekdays }: CronPattern, date: Date): boolean {
  if (!months.values.has(date.getUTCMonth() + 1)) return false;
  const day = days.values.has(date.getUTCDate());
  const weekday = weekdays.values.has(date.getUTCDay());
  return days.any || weekdays.any ? day && weekday : day || weekday;
}

/** The first second of a day from this one on. */
function nextInDay({ seconds, minutes, hours }: CronPattern, from: number): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = seconds.find((each) => start + each >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

function fromWall(zone: string, wall: number): number | undefined {
  const guesses = [wall - offset(zone, wall - DAY), wall - offset(zone, wall + DAY)];
  const right = guesses.filter((time) => time + offset(zone, time) === wall);
  return right.length === 0 ? undefined : Math.min(...right);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clock is before UTC at a time, ms. */
function offset(zone: string, time: number): number {
  if (zone === "UTC") return 0;
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone: zone });
    formats.set(zone, format);
  }
  const part = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const get = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
  const wall = Date.UTC(
    get("year"),
    get("month") - 1,
    get("day"),
    get("hour"),
    get("minute"),
    get("second"),
  );
  return wall - Math.floor(time / SECOND) * SECOND;
}

const PARTS = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;
