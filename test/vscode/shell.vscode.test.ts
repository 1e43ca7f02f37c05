/** What the extension puts around the code: lenses, trees, problems, the emulator in the status bar, services, terminals. */
import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./desk.ts";
import { chosenReleases } from "./releases.js";

describe.each(chosenReleases())("the shell of VS Code $vscode", (release) => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open({ release, file: "billing/app.ts" });
  });
  afterAll(() => desk?.[Symbol.asyncDispose]());

  test("three lenses stand above each declaration, with who is at the other end", async () => {
    const { window } = desk;
    await window.lens("Show in topology").nth(2).waitFor();
    // VS Code takes lenses away for a moment when it asks for them anew.
    await expect
      .poll(() => window.lens(/subscriber|publisher/).allInnerTexts())
      .toEqual(["2 subscribers", "0 subscribers", "1 publisher"]);
    await expect.poll(() => window.lens("Send message").count()).toBe(3);
  });

  test("the dead end is a problem at its line", async () => {
    const { window } = desk;
    await window.command("Problems: Focus on Problems View");
    const problem = window.page.locator(".markers-panel .monaco-list-row", {
      hasText: "payments.flagged",
    });
    await problem.first().waitFor();
    const text = async () => (await problem.first().innerText()).replace(/\s+/g, " ");
    await expect
      .poll(text)
      .toMatch(/Nobody .* listens .* Millrace.*nobody-listens.*\[Ln 13, Col \d+\]/);
    await window.command("View: Toggle Panel Visibility");
    await window.focusEditor();
  });

  test("a lens stays at its declaration while lines are typed above it", async () => {
    const { window } = desk;
    const { page } = window;
    const distance = async () => {
      const lens = await window.lens("1 publisher").boundingBox();
      const line = await page.locator(".view-line", { hasText: "const bill" }).boundingBox();
      return Math.round((line?.y ?? 0) - (lens?.y ?? 0));
    };
    // Right above it: a lens is less than two lines high.
    const above = () => distance().then((pixels) => pixels > 0 && pixels < 40);
    await expect.poll(above).toBe(true);
    await page.locator(".view-line").first().click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// one\n// two\n");
    await page.locator(".view-line", { hasText: "// two" }).waitFor();
    await expect.poll(above).toBe(true);
  });

  test("the number of publishers opens them in a peek", async () => {
    const { window } = desk;
    await window.lens("1 publisher").click();
    const peek = window.page.locator(".peekview-widget");
    await peek.locator(".peekview-title", { hasText: "app.ts" }).waitFor();
    await expect
      .poll(() => peek.locator(".view-line", { hasText: "orders.accepted" }).count())
      .toBeGreaterThan(0);
    await window.page.keyboard.press("Escape");
    await peek.waitFor({ state: "hidden" });
  });

  test("the trees show services with their operations, and brokers with their channels", async () => {
    const { window } = desk;
    await window.activity("Millrace").click();
    for (const name of ["orders", "billing", "shipping", "notifications"])
      await window.reveal("Services", name);
    await window.reveal("Services", "shipments/{orderId}/dispatched");
    for (const name of ["MQTT", "payments.flagged", "orders.new"])
      await window.reveal("Brokers", name);
    const nats = await window.reveal("Brokers", "NATS");
    await expect.poll(() => nats.innerText()).toContain("emulator stopped");
    const queue = await window.reveal("Brokers", "invoices.print");
    await expect.poll(() => queue.innerText()).toContain("queue");
  });

  test("a service can be run by itself, and its broker is in the emulator", async () => {
    const { window } = desk;
    const row = await window.reveal("Services", "ledger");
    await row.hover();
    await row.locator('.action-label[aria-label^="Run Service"]').waitFor();
    const kafka = await window.reveal("Brokers", "Kafka");
    await expect.poll(() => kafka.innerText()).toContain("emulator stopped");
  });

  test("a row leads to the code", async () => {
    const { window } = desk;
    await (await window.reveal("Services", "notifications")).click();
    await window.page.locator(".breadcrumbs-control", { hasText: "notifications" }).waitFor();
    await window.focusEditor();
    await window.lens("1 publisher").waitFor();
    await expect.poll(() => window.lens("Send message").count()).toBe(1);
  });

  test("the palette has every command of the category", async () => {
    const titles = await commandTitles();
    const missing = async () => {
      const offered = await desk.window.palette("Millrace: ");
      return titles.filter((title) => !offered.some((label) => label.includes(title)));
    };
    await expect.poll(missing).toEqual([]);
  });

  test("a click in the status bar starts the emulator and shows where clients connect", async () => {
    const { window } = desk;
    await window.statusBar("Millrace").click();
    const item = window.statusBar(/NATS \d+ · Redis \d+ · MQTT \d+/);
    await item.waitFor();
    const port = Number(/NATS (\d+)/.exec(await item.innerText())?.[1]);
    expect(await firstBytes(port)).toMatch(/^INFO \{.*"max_payload"/);
    await window.reveal("Brokers", "NATS");
    const row = window.row("Brokers", "NATS").filter({ hasText: `nats://127.0.0.1:${port}` });
    await row.waitFor();
  });

  test("a new terminal knows the emulator", async () => {
    const { window, shop } = desk;
    await window.command("Terminal: Create New Terminal");
    const terminal = window.page.locator(".terminal-wrapper.active .xterm-screen");
    await terminal.waitFor();
    await terminal.click();
    await window.page.keyboard.type("echo $MILLRACE_NATS_URL $MILLRACE_MQTT_URL > urls.txt\n");
    const urls = () => readFile(shop.file("urls.txt"), "utf8").catch(() => "");
    const ports = /NATS (\d+) · Redis \d+ · MQTT (\d+)/.exec(
      await window.statusBar(/NATS \d+/).innerText(),
    );
    await expect.poll(urls).toBe(`nats://127.0.0.1:${ports?.[1]} mqtt://127.0.0.1:${ports?.[2]}\n`);
    await window.command("Terminal: Kill the Active Terminal Instance");
  });

  test("a service runs and stops from its row", async () => {
    const { window } = desk;
    await window.activity("Millrace").waitFor();
    const row = await window.reveal("Services", "notifications");
    await window.rowAction(row, "Run Service");
    await row.filter({ hasText: "running" }).waitFor();
    await desk.picture("shell");
    await window.rowAction(row, "Stop Service");
    await row.filter({ hasNotText: /running|stopping/ }).waitFor();
    await expect.poll(() => row.innerText()).not.toContain("crashed");
  });

  test("the output has the command that was run, and what the service printed", async () => {
    const { window } = desk;
    await window.command("Millrace: Show Output");
    const output = window.page.locator(".output-view-pane, .pane-body.output-view, .part.panel");
    const line = (text: string) => output.first().locator(".view-line", { hasText: text });
    await line("notifications: runs npx millrace run notifications/app.ts").first().waitFor();
    await expect.poll(() => line("notifications: ").count()).toBeGreaterThan(1);
    await desk.picture("output");
    await window.command("View: Toggle Panel Visibility");
  });

  test("a service that cannot start says why", async () => {
    const { window, shop } = desk;
    await shop.edit("notifications/app.ts", (text) => `import "no-such-package";\n${text}`);
    await window.command("Millrace: Run Service…");
    await window.choose("notifications");
    const message = await window.message("notifications did not start");
    await window.reveal("Services", "notifications");
    await window.row("Services", "notifications").filter({ hasText: "crashed" }).waitFor();
    await expect.poll(() => message.innerText()).toContain("Show Output");
  });

  test("the emulator's menu stops it", async () => {
    const { window } = desk;
    await window.statusBar(/NATS \d+/).click();
    await window.choose("Stop the emulator");
    await window.statusBar("Millrace").waitFor();
    await window.reveal("Brokers", "MQTT");
    await window.row("Brokers", "MQTT").filter({ hasText: "emulator stopped" }).waitFor();
    await expect.poll(() => window.statusBar(/NATS \d+/).count()).toBe(0);
  });

  test("VS Code's own measure of the activation", async () => {
    const { window } = desk;
    await window.command("Developer: Show Running Extensions");
    const entry = window.page.locator(".runtime-extensions-editor .monaco-list-row", {
      hasText: "millrace",
    });
    const time = entry.locator(".activation-time");
    await time.waitFor();
    const text = await time.innerText();
    console.log(`Millrace on VS Code ${release.vscode}: ${text}`);
    expect(text).toMatch(/\d+ms/);
  });
});

async function commandTitles(): Promise<string[]> {
  const text = await readFile(new URL("../../extension/package.json", import.meta.url), "utf8");
  const { contributes } = JSON.parse(text) as { contributes: { commands: { title: string }[] } };
  return contributes.commands.map(({ title }) => title);
}

function firstBytes(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("data", (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once("error", reject);
  });
}
