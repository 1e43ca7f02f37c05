/** A VS Code window in headless Chromium, used as a person would: palette, editor, side bar, webview. */
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Frame, Locator, Page } from "playwright-core";
import { launchChromium } from "../browser/chromium.ts";
import type { CodeServer } from "./code-server.ts";

export interface WindowOptions {
  readonly folder: string;
  /** A file to open with the window. */
  readonly file?: string;
  /** An extension's folder and the CommonJS file whose `run()` the extension host is to call. */
  readonly inHost?: { readonly extension: string; readonly tests: string };
  readonly colors?: "light" | "dark";
}

/** How long anything on the screen may take: a busy machine's worst, not a promise. */
const patience = 100_000;

export class Window implements AsyncDisposable {
  readonly page: Page;
  /** What the workbench logged to its console. */
  readonly console: readonly string[];
  /** Resolves with the exit code of the tests in the extension host. */
  readonly exited: Promise<number>;
  readonly #browser: Browser;

  private constructor(
    browser: Browser,
    page: Page,
    log: readonly string[],
    exited: Promise<number>,
  ) {
    this.#browser = browser;
    this.page = page;
    this.console = log;
    this.exited = exited;
  }

  /** Resolves when commands and views are known; extensions are activated after that, so wait for what they show. */
  static async open(server: CodeServer, options: WindowOptions): Promise<Window> {
    const browser = await launchChromium();
    try {
      const context = await browser.newContext({
        viewport: { width: 1920, height: 1080 },
        colorScheme: options.colors ?? "dark",
        permissions: ["clipboard-read", "clipboard-write"],
      });
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      const log: string[] = [];
      page.on("console", (line) => log.push(`${line.type()}: ${line.text()}`));
      let exit: (code: number) => void = () => undefined;
      const exited = new Promise<number>((resolve) => (exit = resolve));
      // 1.96 and later call these two in a window that runs tests in the extension host.
      await page.exposeFunction("codeAutomationLog", (type: string, lines: unknown[]) =>
        log.push(`${type}: ${lines.join(" ")}`),
      );
      await page.exposeFunction("codeAutomationExit", (code: number) => exit(code));
      await page.goto(addressOf(server, options));
      await settle(page);
      return new Window(browser, page, log, exited);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** As closing the window and opening the folder again: what was open comes back. */
  async reopen(server: CodeServer, folder: string): Promise<void> {
    await this.page.goto(addressOf(server, { folder }));
    await settle(this.page);
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.#pick(`>${title}`, title);
  }

  /** The titles that the palette offers for what is typed. */
  async palette(text: string): Promise<string[]> {
    await this.page.keyboard.press("F1");
    const input = this.quickInput();
    await input.fill(`>${text}`);
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.filter({ hasText: text }).first().waitFor();
    const titles = await rows.evaluateAll((found) =>
      found.map((row) => row.getAttribute("aria-label") ?? ""),
    );
    await this.page.keyboard.press("Escape");
    return titles;
  }

  /** Opens a file of the workspace by its path. */
  async openFile(path: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    await this.#pick(path, basename(path));
    await this.tab(basename(path)).first().waitFor();
  }

  /** Picks an entry of the open quick pick. */
  async choose(label: string): Promise<void> {
    await this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: label })
      .first()
      .click();
    await this.quickInput().waitFor({ state: "hidden" });
  }

  quickInput(): Locator {
    return this.page.locator(".quick-input-widget .quick-input-box input");
  }

  tab(name: string): Locator {
    return this.page
      .locator(".tabs-container .tab")
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Lenses of the open editors, by their text. */
  lens(text: string | RegExp): Locator {
    return this.page.locator(".monaco-editor .codelens-decoration a").filter({ hasText: text });
  }

  /**
   * Brings the lenses back after work elsewhere: an editor that loses the focus while it waits to ask for them does not ask
   * again until it has it (VS Code's codelensController.ts, onDidBlurEditorText).
   */
  async focusEditor(): Promise<void> {
    await this.command("View: Focus First Editor Group");
    await this.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
  }

  /** The view container's icon on the left. */
  activity(title: string): Locator {
    return this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`);
  }

  /** A section of the side bar. */
  view(title: string): Locator {
    return this.page
      .locator(".sidebar .pane")
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** A row of a tree by its own label, without its description. */
  row(view: string, label: string): Locator {
    const name = this.page.locator(".label-name").getByText(label, { exact: true });
    return this.view(view).locator(".monaco-list-row").filter({ has: name });
  }

  /** A row that may be further down: a tree draws only what is in view. */
  async reveal(view: string, label: string): Promise<Locator> {
    const row = this.row(view, label).first();
    const list = this.view(view).locator(".monaco-list");
    await list.waitFor();
    await list.hover();
    await this.page.mouse.wheel(0, -10_000);
    const end = Date.now() + patience;
    for (let scrolled = 0; !(await row.isVisible()); scrolled++) {
      if (Date.now() > end) throw new Error(`no row ${label} in ${view}`);
      // Down to the end, then from the top again: rows come with the state.
      await this.page.mouse.wheel(0, scrolled % 10 === 9 ? -10_000 : 120);
      await pause(100);
    }
    return row;
  }

  /** An inline action of a tree's row, shown when the pointer is over it. */
  async rowAction(row: Locator, title: string): Promise<void> {
    await row.hover();
    await row.locator(`.action-label[aria-label^="${title}"]`).click();
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item").filter({ hasText: text });
  }

  /** Answers a message with one of its buttons. In the list of messages, since a message on the screen hides itself in time. */
  async answer(text: string, button: string): Promise<void> {
    const message = await this.message(text);
    await message.getByRole("button", { name: button }).click();
  }

  /** A message in the list of messages, which is opened for it. */
  async message(text: string): Promise<Locator> {
    const message = this.page
      .locator(".notifications-center .notification-list-item")
      .filter({ hasText: text });
    if (!(await message.isVisible())) await this.command("Notifications: Show Notifications");
    await message.waitFor();
    return message;
  }

  /** The frame whose document has `selector`. A webview is two frames deep: VS Code's own, and in it the extension's document. */
  async webview(selector: string): Promise<Frame> {
    const end = Date.now() + patience;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (!frame.parentFrame()?.url().includes("/webview/browser/pre/")) continue;
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
      if (Date.now() > end)
        throw new Error(
          `No webview shows ${selector} among ${this.page
            .frames()
            .map((frame) => frame.url())
            .join(", ")}`,
        );
      await pause(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }

  async #pick(text: string, label: string): Promise<void> {
    const input = this.quickInput();
    await input.waitFor();
    await input.fill(text);
    const row = this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ has: this.page.getByText(label, { exact: true }) });
    await row.first().click();
  }
}

function addressOf(server: CodeServer, { folder, file, inHost }: WindowOptions): string {
  const payload = [
    ...(file === undefined ? [] : [["openFile", server.uri(file)]]),
    ...(inHost === undefined
      ? []
      : [
          ["extensionDevelopmentPath", server.uri(inHost.extension)],
          ["extensionTestsPath", server.uri(inHost.tests)],
        ]),
  ];
  const query = new URLSearchParams({ folder });
  if (payload.length > 0) query.set("payload", JSON.stringify(payload));
  return `http://${server.authority}/?${query.toString()}`;
}

/** Before these marks the palette finds nothing, and does not look again. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    ["code/didStartWorkbench", "code/didLoadExtensions"].every(
      (mark) => performance.getEntriesByName(mark).length > 0,
    ),
  );
}
