/** What a person has in front of them: their copy of the shop, VS Code with the extension installed, a window on it. */
import { join } from "node:path";
import { CodeServer, type CodeServerOptions } from "./code-server.ts";
import { output, packagedExtension } from "./package-extension.ts";
import type { Release } from "./releases.js";
import { ShopFolder } from "./shop-folder.ts";
import { Window } from "./window.ts";

export class Desk implements AsyncDisposable {
  readonly release: Release;
  readonly shop: ShopFolder;
  readonly server: CodeServer;
  readonly window: Window;

  private constructor(release: Release, shop: ShopFolder, server: CodeServer, window: Window) {
    this.release = release;
    this.shop = shop;
    this.server = server;
    this.window = window;
  }

  /** With `file` open. Ports are free ones, so that nothing else on the machine is met. */
  static async open(
    options: Pick<CodeServerOptions, "release" | "settings" | "trust"> & { file: string },
  ): Promise<Desk> {
    const { release, file, ...rest } = options;
    const shop = await ShopFolder.copy();
    const settings = {
      "millrace.emulator.natsPort": 0,
      "millrace.emulator.redisPort": 0,
      "millrace.emulator.mqttPort": 0,
      "millrace.emulator.rabbitmqPort": 0,
      "millrace.emulator.kafkaPort": 0,
      ...rest.settings,
    };
    const server = await CodeServer.start({
      ...rest,
      settings,
      release,
      vsix: await packagedExtension(),
    });
    try {
      const window = await Window.open(server, { folder: shop.path, file: shop.file(file) });
      return new Desk(release, shop, server, window);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Into test/output, in light and in dark. */
  async picture(name: string): Promise<void> {
    const { page } = this.window;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const theme = colorScheme === "light" ? ".monaco-workbench.vs" : ".monaco-workbench.vs-dark";
      await page.locator(theme).first().waitFor();
      await page.screenshot({
        path: join(output, `${name}-${this.release.name}-${colorScheme}.png`),
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.window[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.shop[Symbol.asyncDispose]();
  }
}
