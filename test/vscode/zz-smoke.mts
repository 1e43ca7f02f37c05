import { join } from "node:path";
import { CodeServer } from "./code-server.ts";
import { releases } from "./releases.js";
import { ShopFolder } from "./shop-folder.ts";
import { Window } from "./window.ts";
const release = releases.find((r) => r.name === (process.argv[2] ?? "1.139"))!;
const t0 = Date.now();
const step = (s: string) => console.log(((Date.now() - t0) / 1000).toFixed(1), s);
const shop = await ShopFolder.copy();
const server = await CodeServer.start({
  release,
  vsix: "/tmp/ext-smoke/m.vsix",
  settings: { "millrace.emulator.natsPort": 0, "millrace.emulator.mqttPort": 0 },
});
step("server");
const window = await Window.open(server, { folder: shop.path, file: shop.file("billing/app.ts") });
step("window");
try {
  await window.lens("Send message").first().waitFor({ timeout: 30000 });
  step("lens " + (await window.page.locator(".codelens-decoration").allInnerTexts()).join(" || "));
  await window.activity("Millrace").click();
  await window.row("Services", "billing").waitFor();
  step("tree");
  await window.lens("Send message").first().click();
  const frame = await window.webview("#root");
  await frame.locator("p.compose").waitFor();
  step("compose");
  await window.page.screenshot({ path: `/tmp/ext-smoke/a-${release.name}.png` });
  await window.statusBar("Millrace").click();
  await window.statusBar(/NATS \d+/).waitFor();
  step("emulator");
  await window.command("Developer: Show Running Extensions");
  await window.page.waitForTimeout(3000);
  await window.page.screenshot({ path: `/tmp/ext-smoke/b-${release.name}.png` });
} catch (e) {
  console.error(e);
  await window.page.screenshot({ path: `/tmp/ext-smoke/fail-${release.name}.png` });
  console.log(window.console.slice(-30).join("\n"));
} finally {
  await window[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
}
