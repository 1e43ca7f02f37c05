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
      .poll(() => window.lens(/subscriber|publisher/).allInnerTexts(), { timeout: 20_000 })
      .toEqual(["1 subscriber", "0 subscribers", "1 publisher"]);
    await expect.poll(() => window.lens("Send message").count(), { timeout: 20_000 }).toBe(3);
  });

  test("the dead end is a problem at its line", async () => {
    const { window } = desk;
    await window.command("Problems: Focus on Problems View");
    const problem = window.page.locator(".markers-panel .monaco-list-row", {
      hasText: "payments.flagged",
    });
    await problem.first().waitFor();
    expect((await problem.first().innerText()).replace(/\s+/g, " ")).toMatch(
      /Nobody .* listens .* Millrace.*nobody-listens.*\[Ln 13, Col \d+\]/,
    );
    await window.command("View: Toggle Panel Visibility");
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
    await expect.poll(above, { timeout: 20_000 }).toBe(true);
    await page.locator(".view-line").first().click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// one\n// two\n");
    await page.locator(".view-line", { hasText: "// two" }).waitFor();
    await expect.poll(above, { timeout: 20_000 }).toBe(true);
  });

  test("the number of publishers opens them in a peek", async () => {
    const { window } = desk;
    await window.lens("1 publisher").click();
    const peek = window.page.locator(".peekview-widget");
    await peek.locator(".peekview-title", { hasText: "app.ts" }).waitFor();
    expect(
      await peek.locator(".view-line", { hasText: "orders.accepted" }).count(),
    ).toBeGreaterThan(0);
    await window.page.keyboard.press("Escape");
    await peek.waitFor({ state: "hidden" });
  });

  test("the trees show services with their operations, and brokers with their channels", async () => {
    const { window } = desk;
    await window.activity("Millrace").click();
    for (const name of ["orders", "billing", "shipping", "notifications"]) {
      await window.row("Services", name).waitFor();
    }
    await window.row("Services", "shipments/{orderId}/dispatched").first().waitFor();
    for (const name of ["NATS", "MQTT", "payments.flagged", "orders.new"]) {
      await window.row("Brokers", name).waitFor();
    }
    expect(await window.row("Brokers", "NATS").innerText()).toContain("emulator stopped");
  });

  test("a row leads to the code", async () => {
    const { window } = desk;
    await window.row("Services", "notifications").click();
    await window.page.locator(".breadcrumbs-control", { hasText: "notifications" }).waitFor();
    await window.lens("1 publisher").waitFor();
    await expect.poll(() => window.lens("Send message").count(), { timeout: 20_000 }).toBe(1);
  });

  test("the palette has every command of the category", async () => {
    const offered = await desk.window.palette("Millrace: ");
    const titles = await commandTitles();
    expect(titles.filter((title) => !offered.some((label) => label.includes(title)))).toEqual([]);
  });

  test("a click in the status bar starts the emulator and shows where clients connect", async () => {
    const { window } = desk;
    await window.statusBar("Millrace").click();
    const item = window.statusBar(/NATS \d+ · MQTT \d+/);
    await item.waitFor();
    const port = Number(/NATS (\d+)/.exec(await item.innerText())?.[1]);
    expect(await firstBytes(port)).toMatch(/^INFO \{.*"max_payload"/);
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
    const ports = /NATS (\d+) · MQTT (\d+)/.exec(await window.statusBar(/NATS \d+/).innerText());
    await expect
      .poll(urls, { timeout: 30_000 })
      .toBe(`nats://127.0.0.1:${ports?.[1]} mqtt://127.0.0.1:${ports?.[2]}\n`);
    await window.command("Terminal: Kill the Active Terminal Instance");
  });

  test("a service runs and stops from its row", async () => {
    const { window } = desk;
    await window.activity("Millrace").waitFor();
    const row = window.row("Services", "notifications");
    await window.rowAction(row, "Run Service");
    await row.filter({ hasText: "running" }).waitFor();
    await desk.picture("shell");
    await window.rowAction(row, "Stop Service");
    await row.filter({ hasNotText: /running|stopping/ }).waitFor();
    expect(await row.innerText()).not.toContain("crashed");
  });

  test("the output has the command that was run, and what the service printed", async () => {
    const { window } = desk;
    await window.command("Millrace: Show Output");
    const output = window.page.locator(".output-view-pane, .pane-body.output-view, .part.panel");
    const line = (text: string) => output.first().locator(".view-line", { hasText: text });
    await line("notifications: runs npx millrace run notifications/app.ts").first().waitFor();
    expect(await line("notifications: ").count()).toBeGreaterThan(1);
    await desk.picture("output");
    await window.command("View: Toggle Panel Visibility");
  });

  test("a service that cannot start says why", async () => {
    const { window, shop } = desk;
    await shop.edit("notifications/app.ts", (text) => `import "no-such-package";\n${text}`);
    await window.command("Millrace: Run Service…");
    await window.choose("notifications");
    const message = await window.message("notifications did not start");
    await window.row("Services", "notifications").filter({ hasText: "crashed" }).waitFor();
    expect(await message.innerText()).toContain("Show Output");
  });

  test("the emulator's menu stops it", async () => {
    const { window } = desk;
    await window.statusBar(/NATS \d+/).click();
    await window.choose("Stop the emulator");
    await window.statusBar("Millrace").waitFor();
    await window.row("Brokers", "MQTT").filter({ hasText: "emulator stopped" }).waitFor();
    expect(await window.statusBar(/NATS \d+/).count()).toBe(0);
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
