/** The built page in Chromium, under its content security policy, before a scripted session. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { journey, shopState, strangerPublishes } from "./fixtures/shop.ts";
import type { Channel } from "@millrace/workbench/protocol";
import { buildPage } from "./testing/build-page.ts";
import { startScriptedSession, type ScriptedSession } from "./testing/scripted-session.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ORDERS_NEW = "receive:orders:nats:orders.new";

let built: string;
let browser: Browser;
let session: ScriptedSession;
let troubles: string[];

beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "millrace-page-"));
  [browser] = await Promise.all([
    chromium.launch({
      executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
      args: FLAGS,
    }),
    buildPage(built),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await rm(built, { recursive: true, force: true });
});
beforeEach(async () => {
  session = await startScriptedSession(built);
  troubles = [];
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await session[Symbol.asyncDispose]();
});

/** A page of its own storage. What it complains about is collected: refused styles and scripts, errors, failed loads. */
async function open(
  options: BrowserContextOptions & { url?: string; waitFor?: string } = {},
): Promise<Page> {
  const { url = session.url, waitFor = '[data-laid-out="true"]', ...context } = options;
  const page = await (
    await browser.newContext({ viewport: { width: 1400, height: 900 }, ...context })
  ).newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`refused: ${event.violatedDirective}`),
    );
  });
  await page.goto(url);
  await page.locator(waitFor).waitFor();
  return page;
}

const count = async (page: Page, id: string, what: string) =>
  Number(await page.getByTestId(`counter-${id}-${what}`).getAttribute("data-count"));
const reaches = (page: Page, id: string, what: string, value: number) =>
  page.locator(`[data-testid="counter-${id}-${what}"][data-count="${value}"]`).waitFor();
const moved = (page: Page, value: number) =>
  page.locator(`#root[data-moved="${value}"]`).waitFor({ state: "attached" });

async function compose(page: Page): Promise<void> {
  session.say({ kind: "compose", id: "nats:orders.new" });
  await page.getByTestId("field-/id").waitFor();
}

test.each([
  ["dark", { colorScheme: "dark" }],
  ["light", { colorScheme: "light" }],
  ["high contrast", { contrast: "more", colorScheme: "dark" }],
  ["high contrast light", { contrast: "more", colorScheme: "light" }],
  ["forced colours", { forcedColors: "active" }],
] as const)("everything is drawn and nothing is refused: %s", async (_, look) => {
  const page = await open(look);
  for (const id of [...shopState.topology.services, ...shopState.topology.channels].map(
    (one) => one.id,
  ))
    await expect.poll(() => page.getByTestId(`node-${id}`).isVisible(), { message: id }).toBe(true);
  await expect.poll(() => page.locator("[data-wire]").count()).toBe(10);
  await compose(page);
  session.traffic(journey());
  await page.getByTestId("traffic-row").first().click();
  await page.getByTestId("chain").waitFor();
  expect(troubles).toEqual([]);
});

test("text can be read in every theme: contrast of at least 4.5 to 1", async () => {
  for (const look of [
    { colorScheme: "dark" },
    { colorScheme: "light" },
    { contrast: "more" },
  ] as const) {
    const page = await open(look);
    session.traffic(journey());
    await page.getByTestId("traffic-row").first().waitFor();
    const poor = await page.evaluate(() => {
      const canvas = document
        .createElement("canvas")
        .getContext("2d", { willReadFrequently: true })!;
      const rgb = (colour: string): [number, number, number, number] => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
      };
      const luminance = (channels: readonly number[]) => {
        const [r = 0, g = 0, b = 0] = channels.map((value) =>
          value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = (element: Element | null): number[] => {
        if (element === null) return [255, 255, 255];
        const [r, g, b, a] = rgb(getComputedStyle(element).backgroundColor);
        if (a === 1) return [r, g, b];
        const below = ground(element.parentElement);
        return [r, g, b].map((value, index) => value * a + (below[index] ?? 0) * (1 - a));
      };
      return [
        ...document.querySelectorAll(
          ".card .name, .card .status, .card .port, .card .count b, .card .protocol, .row span, .row time, .pill, .port-number, h3",
        ),
      ].flatMap((element) => {
        const a = luminance(rgb(getComputedStyle(element).color));
        const b = luminance(ground(element));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        return ratio >= 4.5 || element.textContent === ""
          ? []
          : [`${element.className}: ${element.textContent} ${ratio.toFixed(2)}`];
      });
    });
    expect(poor).toEqual([]);
    await page.context().close();
  }
});

test("one moving message is one journal event: counted, and drawn as one dot", async () => {
  const page = await open();
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver((changes) => {
      for (const change of changes)
        for (const node of change.addedNodes)
          if (node instanceof HTMLElement && node.classList.contains("dot"))
            seen.push(node.dataset["seq"] ?? "");
    }).observe(document.querySelector('[data-testid="messages"]')!, { childList: true });
  });
  const events = journey();
  const moving = events.filter((event) => event.kind === "published" || event.kind === "delivered");
  session.traffic(events);
  await moved(page, moving.length);
  await page.locator('[data-card="service:notifications"][data-lights="1"]').waitFor();
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { seen: string[] }).seen))
    .toEqual(moving.map((event) => String(event.seq)));
  await expect.poll(() => page.locator(".dot").count()).toBe(0);
  await expect.poll(() => page.getByTestId("messages").getAttribute("data-undrawn")).toBe("0");
});

test("counters start from 0 and count each event", async () => {
  const page = await open();
  expect(await count(page, "nats:orders.new", "published")).toBe(0);
  session.traffic(journey({ seq: 1, id: "A-1" }));
  session.traffic(journey({ seq: 14, id: "A-2" }));
  await reaches(page, "service:notifications", "received", 2);
  await expect.poll(() => count(page, "mqtt:shipments/{orderId}/dispatched", "published")).toBe(2);
  await page.getByTestId("clear-traffic").click();
  await reaches(page, "service:notifications", "received", 0);
  await moved(page, 0);
  await expect.poll(() => page.locator("[data-lights]").count()).toBe(0);
});

test("an order that stops before billing lights nothing beyond it", async () => {
  const page = await open();
  session.change({
    services: {
      ...shopState.services,
      "service:billing": { status: "stopped", command: "millrace run billing/app.ts:app" },
    },
  });
  session.traffic(journey({ until: "orders.accepted" }));
  await page.locator('[data-card="service:orders"][data-lights="1"]').waitFor();
  await page.locator('[data-testid="node-service:billing"][data-status="stopped"]').waitFor();
  expect([
    await count(page, "nats:orders.accepted", "published"),
    await count(page, "nats:orders.accepted", "delivered"),
  ]).toEqual([1, 0]);
  for (const name of ["billing", "shipping", "notifications"]) {
    expect(await count(page, `service:${name}`, "received")).toBe(0);
    expect(
      await page.locator(`[data-card="service:${name}"]`).getAttribute("data-lights"),
    ).toBeNull();
  }
});

test("who asked for less motion sees messages flash, counted the same", async () => {
  const page = await open({ reducedMotion: "reduce" });
  session.traffic(journey());
  await moved(page, 12);
  const positions = await page
    .locator(".dot")
    .evaluateAll((dots) =>
      dots.map((dot) =>
        dot
          .getAnimations()
          .map((animation) =>
            (animation.effect as KeyframeEffect)
              .getKeyframes()
              .map((frame) => frame["offsetDistance"]),
          ),
      ),
    );
  expect(positions.length).toBeGreaterThan(0);
  for (const [frames = []] of positions)
    expect(new Set(frames.filter((frame) => frame !== undefined)).size).toBe(1);
});

test("thousands of events at once: all are counted, few are drawn, the list is bounded", async () => {
  const page = await open();
  const events = Array.from({ length: 400 }, (_, index) =>
    journey({ seq: 1 + index * 13, id: `B-${index}` }),
  ).flat();
  for (let at = 0; at < events.length; at += 100) session.traffic(events.slice(at, at + 100));
  await reaches(page, "service:notifications", "received", 400);
  await moved(page, 4_800);
  await expect.poll(() => page.locator(".dot").count()).toBeLessThanOrEqual(80);
  await expect.poll(() => page.getByTestId("traffic-list").getAttribute("data-rows")).toBe("1000");
  await expect.poll(() => page.getByTestId("traffic-row").count()).toBeLessThan(60);
  await expect
    .poll(() => page.getByTestId("traffic-total").getAttribute("data-count"))
    .toBe("5200");
});

test("a client that belongs to nobody is drawn dashed, at its channel", async () => {
  const page = await open();
  session.traffic([strangerPublishes(1)]);
  const card = page.getByTestId("node-client:legacy-importer");
  await card.waitFor();
  await expect
    .poll(() => card.evaluate((element) => getComputedStyle(element).borderTopStyle))
    .toBe("dashed");
  expect(
    await page
      .locator('[data-wire^="seen:send:client:legacy-importer"]')
      .evaluate((wire) => getComputedStyle(wire).strokeDasharray),
  ).not.toBe("none");
});

test("a message is written, judged while it is written, refused, and sent anyway", async () => {
  const page = await open();
  session.traffic(journey());
  await page.locator('[data-node="nats:orders.new"]').click();
  await page.getByTestId("send-message").click();
  await page.getByTestId("field-/total").locator("input").fill("-3");
  await page.locator('[data-testid="finding"][data-pointer="/total"]').waitFor();
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page.locator('[data-testid="outcome"][data-outcome="failed"]').waitFor();
  await page.getByTestId("send-anyway").click();
  await page.locator('[data-testid="outcome"][data-outcome="sent"]').waitFor();
  const sent = session.heard.filter((message) => message.kind === "send");
  expect(sent.map((message) => message.anyway === true)).toEqual([false, true]);
  expect(JSON.parse(sent[0]!.draft.payload)).toMatchObject({ total: -3, id: "A-1001" });

  await page.getByTestId("show-chain").click();
  const chain = page.getByTestId("chain");
  for (const address of ["orders.new", "payments.taken", "shipments/A-1001/dispatched"])
    await expect.poll(() => chain.innerText()).toContain(address);
  await expect.poll(() => chain.innerText()).toContain("inferred");
  await expect.poll(() => page.locator("[data-wire].lit").count()).toBe(9);
});

test("Send is off from the moment it is there until the sample is", async () => {
  const page = await open();
  await page.locator('[data-node="nats:orders.new"]').click();
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      const button = document.querySelector('[data-testid="send"]');
      if (button === null) return;
      observer.disconnect();
      document.body.dataset["sendWas"] = button.hasAttribute("disabled") ? "off" : "on";
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.getByTestId("send-message").click();
  await page.locator('[data-testid="send"]:not([disabled])').waitFor();
  await expect.poll(() => page.evaluate(() => document.body.dataset["sendWas"])).toBe("off");
});

test("with both, a message goes to the emulator until a person chooses the real broker", async () => {
  session.state = {
    ...shopState,
    realBrokers: { "server:orders:nats": "nats.example.com:4222" },
  };
  const page = await open();
  await compose(page);
  const lastSent = () => session.heard.findLast((message) => message.kind === "send");
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page.locator('[data-testid="outcome"][data-outcome="sent"]').waitFor();
  expect(lastSent()).not.toHaveProperty("real");
  await page.getByTestId("send-to").click();
  await page.locator("vscode-option", { hasText: "NATS at nats.example.com:4222" }).click();
  await page.getByTestId("send").getByText("Send to nats.example.com:4222").waitFor();
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page.locator('[data-testid="outcome"][data-outcome="sent-away"]').waitFor();
  expect(lastSent()).toMatchObject({ operation: ORDERS_NEW, real: true });
  // Where it is no longer named, it is not offered either.
  session.change({ realBrokers: {} });
  await expect.poll(() => page.getByTestId("send-to").count()).toBe(0);
  expect(await page.getByTestId("send").innerText()).not.toContain("nats.example.com");
  await page.getByTestId("send").click();
  await expect.poll(lastSent).not.toHaveProperty("real");
});

test("a channel says what it is, and the picture's legend knows its signs", async () => {
  const { topology } = shopState;
  const [accepted] = topology.channels.filter(({ id }) => id === "nats:orders.accepted");
  if (accepted === undefined) throw new Error("the fixture has the channel");
  const queue: Channel = {
    ...accepted,
    id: "rabbitmq.queue:orders.accepted",
    protocol: "rabbitmq",
    kind: "queue",
    bindings: [{ exchange: "events", key: "orders.#" }],
  };
  const bill = "receive:billing:nats:orders.accepted";
  session.state = {
    ...shopState,
    topology: {
      ...topology,
      channels: [...topology.channels, queue],
      operations: topology.operations.map((operation) =>
        operation.id === bill ? { ...operation, channel: queue.id } : operation,
      ),
    },
  };
  const page = await open();
  const card = page.locator(`[data-testid="node-${queue.id}"][data-kind="queue"]`);
  await expect.poll(() => card.innerText()).toContain("RabbitMQ queue");
  // The broker's own way from the subject's messages to the queue.
  await page
    .locator(`[data-wire="message:${accepted.id} ${queue.id}"].routed`)
    .waitFor({ state: "attached" });
  await page.locator(`[data-node="${queue.id}"]`).click();
  await expect
    .poll(() => page.getByTestId("channel-facts").innerText())
    .toContain("events by orders.#");
  await page.getByTestId("overview-toggle").click();
  const legend = await page.getByTestId("legend").innerText();
  expect(legend.split("\n")).toEqual([
    "Legend",
    "NATS subject",
    "MQTT topic",
    "RabbitMQ queue",
    "sends to, receives from",
    "the broker leads it on: a binding, a wildcard, a pattern",
  ]);
});

test("fields, text, headers and key are one message; Ctrl+Enter sends it", async () => {
  const page = await open();
  await compose(page);
  await page.getByTestId("field-/express").click();
  await page.getByTestId("field-/id").locator("input").fill("Z-9");
  await page.getByText("Headers and key").click();
  await page.getByTestId("add-header").click();
  await page.getByTestId("header-name-0").locator("input").fill("tenant");
  await page.getByTestId("header-value-0").locator("input").fill("north");
  await page.getByTestId("key").locator("input").fill("k1");
  await page.getByTestId("view-text").click();
  expect(JSON.parse(await page.getByTestId("payload").inputValue())).toMatchObject({
    id: "Z-9",
    express: false,
  });
  await page
    .getByTestId("payload")
    .fill('{"id":"T-1","customer":"a@b.c","total":1,"express":false,"lines":[]}');
  await page.getByTestId("payload").press("Control+Enter");
  await page.locator('[data-testid="outcome"][data-outcome="sent"]').waitFor();
  const sent = session.heard.find((message) => message.kind === "send");
  expect(sent?.draft).toMatchObject({ headers: { tenant: "north" }, key: "k1" });
  expect(JSON.parse(sent?.draft.payload ?? "")).toMatchObject({ id: "T-1" });
});

test("a new sample is another one, and a saved message fills the form", async () => {
  const page = await open();
  await compose(page);
  await page.getByTestId("new-sample").click();
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('[data-testid="field-/id"]')?.value === "A-1002",
  );
  await page.getByText("Saved messages (1)").click();
  await page.getByTestId("saved-messages").click();
  await page.getByRole("option", { name: "large-order" }).click();
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('[data-testid="field-/id"]')?.value === "A-900",
  );
  await page.getByTestId("save").click();
  await page.locator('[data-testid="outcome"][data-outcome="saved"]').waitFor();
  expect(session.heard.find((message) => message.kind === "save-message")).toMatchObject({
    name: "large-order",
    operation: ORDERS_NEW,
  });
});

test("nothing that comes in takes what was typed, or the focus", async () => {
  const page = await open();
  await compose(page);
  const field = page.getByTestId("field-/customer").locator("input");
  await field.fill("half@");
  session.change({ topology: { ...shopState.topology, revision: 2 } });
  session.traffic(journey());
  session.say({ kind: "focus", id: "service:billing" });
  session.say({ kind: "compose", id: "nats:orders.new" });
  await moved(page, 12);
  await page.waitForFunction(() => document.querySelector('[data-testid="compose"]') !== null);
  await expect
    .poll(() => page.getByTestId("field-/customer").locator("input").inputValue())
    .toBe("half@");
  session.drop();
  await page.getByTestId("connection-lost").waitFor();
  await expect
    .poll(() => page.getByTestId("field-/customer").locator("input").inputValue())
    .toBe("half@");
  await page.getByTestId("connection-lost").waitFor({ state: "detached" });
  await expect
    .poll(() => page.getByTestId("field-/customer").locator("input").inputValue())
    .toBe("half@");
});

test("traffic and state leave the focus where it is", async () => {
  const page = await open();
  await page.getByTestId("search").focus();
  session.traffic(journey());
  session.change({ topology: { ...shopState.topology, revision: 2 } });
  session.say({ kind: "focus", id: "service:billing" });
  await page.locator('[data-testid="panel-title"]', { hasText: "billing" }).waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-testid")))
    .toBe("search");
});

test("after a lost connection the counts are the session's again, not doubled", async () => {
  const page = await open();
  session.traffic(journey());
  await reaches(page, "service:notifications", "received", 1);
  session.drop();
  await page.getByTestId("connection-lost").waitFor();
  await page.getByTestId("connection-lost").waitFor({ state: "detached" });
  await reaches(page, "service:notifications", "received", 1);
  await moved(page, 12);
});

test("a wrong token says what to do, and a reload keeps the right one", async () => {
  const wrong = await open({
    url: session.url.replace(/#.*/, "#token=ffff"),
    waitFor: '[data-testid="refused"]',
  });
  await expect.poll(() => wrong.getByTestId("refused").innerText()).toContain("millrace dev");
  const page = await open();
  await page.goto(new URL("/", session.url).href);
  await page.reload();
  await page.locator('[data-laid-out="true"]').waitFor();
});

test("the keyboard reaches search, cards, the list and the way back", async () => {
  const page = await open();
  session.traffic(journey());
  await page.getByTestId("traffic-row").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("bill");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByTestId("panel-title").innerText()).toBe("billing");
  await page.keyboard.press("Escape");
  await page.getByTestId("panel-title").waitFor({ state: "detached" });

  await page.getByTestId("traffic-list").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  expect(
    await page
      .locator('[data-testid="traffic-row"][aria-selected="true"]')
      .getAttribute("data-seq"),
  ).toBe("2");
  await page.keyboard.press("Escape");
  await page.getByTestId("event-details").waitFor({ state: "detached" });

  const reached = new Set<string>();
  await page.locator("body").click({ position: { x: 5, y: 300 } });
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    reached.add(
      (await page.evaluate(
        () =>
          document.activeElement?.getAttribute("data-node") ??
          document.activeElement?.getAttribute("data-testid"),
      )) ?? "",
    );
  }
  for (const target of [
    "search",
    "emulator-toggle",
    "services-toggle",
    "service:billing",
    "nats:orders.new",
    ORDERS_NEW,
    "service-toggle",
    "fit",
    "traffic-list",
    "traffic-filter",
  ])
    expect([target, reached.has(target)]).toEqual([target, true]);
});

test("focus leaves a card and its neighbours, and Escape gives the rest back", async () => {
  const page = await open();
  await page.locator('[data-node="service:billing"]').click();
  await page.getByTestId("focus").click();
  await page.getByTestId("unfocus").waitFor();
  expect(
    await page
      .locator(".card.dimmed")
      .evaluateAll((cards) => cards.map((card) => card.getAttribute("data-card")).sort()),
  ).toEqual([
    "mqtt:shipments/{orderId}/dispatched",
    "nats:customers.address",
    "nats:orders.new",
    "service:notifications",
  ]);
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".card.dimmed").count()).toBe(0);
});

test("a card that was moved stays there after a reload, and can be put back", async () => {
  const page = await open();
  const card = page.locator('.react-flow__node[data-id="service:billing"]');
  const before = await card.evaluate((node) => (node as HTMLElement).style.transform);
  const { x, y } = (await page.getByTestId("node-service:billing").boundingBox())!;
  await page.mouse.move(x + 60, y + 8);
  await page.mouse.down();
  await page.mouse.move(x + 90, y + 100, { steps: 6 });
  await page.mouse.up();
  const after = await card.evaluate((node) => (node as HTMLElement).style.transform);
  expect(after).not.toBe(before);
  await page.reload();
  await page.locator('[data-laid-out="true"]').waitFor();
  await expect
    .poll(() => card.evaluate((node) => (node as HTMLElement).style.transform))
    .toBe(after);
  await page.getByTestId("tidy").click();
  await page.waitForFunction(
    (wanted) =>
      document.querySelector<HTMLElement>('.react-flow__node[data-id="service:billing"]')?.style
        .transform === wanted,
    before,
  );
});

test("services and the emulator are started and stopped from the page", async () => {
  const page = await open();
  await page
    .locator('[data-testid="service-toggle"][data-service="service:billing"]')
    .first()
    .click();
  await page.getByTestId("emulator-toggle").click();
  await expect
    .poll(() => session.heard.filter((message) => message.kind !== "ready"))
    .toEqual([{ kind: "stop-service", id: "service:billing" }, { kind: "stop-emulator" }]);
  session.change({
    emulator: { status: "stopped", servers: [] },
    services: {
      ...shopState.services,
      "service:billing": {
        status: "crashed",
        command: "millrace run billing/app.ts:app",
        error: "exit code 1\nboom at app.ts:3",
      },
    },
  });
  await page.getByTestId("emulator-stopped").getByText("Start the emulator").click();
  await expect.poll(() => session.heard.at(-1)).toEqual({ kind: "start-emulator" });
  await page.locator('[data-node="service:billing"]').click();
  await expect
    .poll(() => page.getByTestId("service-error").innerText())
    .toContain("boom at app.ts:3");
});

test("what stands in the way says what to do", async () => {
  const nothing = {
    revision: 1,
    services: [],
    servers: [],
    channels: [],
    operations: [],
    links: [],
    problems: [],
    notices: [],
  };
  session.state = { ...shopState, topology: nothing, services: {} };
  const page = await open({ waitFor: '[data-testid="nothing-found"]' });
  await expect.poll(() => page.getByTestId("nothing-found").innerText()).toContain("millrace init");
  session.change({ topology: { ...nothing, notices: ["kafkajs found in 4 files: not read yet"] } });
  await page.getByText("kafkajs found in 4 files").waitFor();
  session.change({
    analysis: { status: "failed", error: "tsconfig.json: line 3" },
    topology: nothing,
  });
  await page.getByText("tsconfig.json: line 3").waitFor();
  session.change({
    ...shopState,
    trusted: false,
    untrustedReason: "Trust the workspace to run it.",
  });
  await page.getByText("Trust the workspace to run it.").waitFor();
  await expect
    .poll(() => page.getByTestId("emulator-toggle").getAttribute("disabled"))
    .not.toBeNull();
});

test("in a narrow panel the form lies over the picture and leaves the chain in view", async () => {
  const page = await open({ viewport: { width: 560, height: 760 } });
  await compose(page);
  session.traffic(journey());
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page.getByTestId("show-chain").click();
  const form = (await page.getByTestId("compose").boundingBox())!;
  const chain = (await page.getByTestId("chain").boundingBox())!;
  expect(form.y + form.height).toBeLessThanOrEqual(chain.y);
  expect(chain.y + 40).toBeLessThan(760);
  await page.getByTestId("chain").locator("button").nth(3).click();
});

test("a narrow panel shows the same, the details lie over it", async () => {
  const page = await open({ viewport: { width: 700, height: 640 } });
  await page.locator('[data-node="service:billing"]').click();
  await page.getByTestId("panel-title").waitFor();
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);
  await page.getByTestId("close-panel").click();
  await page.getByTestId("panel-title").waitFor({ state: "detached" });
});
