/** A folder from somebody else: it is read, nothing of it is run, and everything says why. Then it is trusted. */
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./desk.ts";
import { chosenReleases } from "./releases.js";

describe.each(chosenReleases())("an untrusted folder in VS Code $vscode", (release) => {
  let desk: Desk;
  let page: Frame;

  beforeAll(async () => {
    // What the folder asks for must not happen either.
    const settings = { "millrace.emulator.autoStart": true };
    desk = await Desk.open({ release, file: "billing/app.ts", trust: true, settings });
  });
  afterAll(() => desk?.[Symbol.asyncDispose]());

  test("it is read: lenses, trees and problems are there", async () => {
    const { window } = desk;
    await window.lens("0 subscribers").waitFor();
    await expect.poll(() => window.lens("Send message").count()).toBe(3);
    await window.activity("Millrace").click();
    await window.reveal("Services", "shipping");
    await window.reveal("Brokers", "payments.flagged");
  });

  test("the services' view and the status bar say that nothing is started", async () => {
    const { window } = desk;
    await window.view("Services").getByText("This workspace is not trusted").waitFor();
    await expect
      .poll(() => window.statusBar("Millrace").locator(".codicon-shield").count())
      .toBe(1);
    await expect.poll(() => window.statusBar(/NATS/).count()).toBe(0);
  });

  test("no row offers to run or to send", async () => {
    const { window } = desk;
    for (const name of ["shipping", "payments.flagged"]) {
      const row = await window.reveal("Services", name);
      await row.hover();
      const actions = await row
        .locator(".action-label")
        .evaluateAll((found) => found.map((action) => action.getAttribute("aria-label")));
      expect(actions.filter((label) => /Run|Send/.test(label ?? ""))).toEqual([]);
    }
  });

  test.each(["Start Emulator", "Run All Services", "Send Message…"])(
    "%s says why it does nothing",
    async (title) => {
      const { window } = desk;
      await window.command(`Millrace: ${title}`);
      const message = await window.message("starts and sends nothing here");
      await expect.poll(() => message.innerText()).toContain("Manage Workspace Trust");
      await window.command("Notifications: Clear All Notifications");
    },
  );

  test("the topology is drawn, and its buttons are off", async () => {
    const { window } = desk;
    await window.focusEditor();
    await window.lens("Show in topology").first().click();
    page = await window.webview('[data-testid="topology"]');
    await page.locator('[data-testid="untrusted"]').waitFor();
    await page.locator('[data-testid="node-service:orders"]').waitFor();
    await expect
      .poll(() => page.locator('[data-testid="emulator-toggle"][disabled]').count())
      .toBe(1);
    await desk.picture("untrusted");
  });

  test("once it is trusted, all of it works without a reload", async () => {
    const { window } = desk;
    await window.command("Workspaces: Manage Workspace Trust");
    await window.page
      .locator(".workspace-trust-editor")
      .getByRole("button", { name: "Trust", exact: true })
      .click();
    await window.statusBar("Millrace").locator(".codicon-play").waitFor();
    await window.command("Millrace: Start Emulator");
    await window.statusBar(/NATS \d+ · Redis \d+ · MQTT \d+/).waitFor();
    await page.locator('[data-testid="untrusted"]').waitFor({ state: "detached" });
    await page.locator('[data-testid="emulator-toggle"]:not([disabled])').waitFor();
    await expect
      .poll(() => window.view("Services").getByText("This workspace is not trusted").count())
      .toBe(0);
  });
});
