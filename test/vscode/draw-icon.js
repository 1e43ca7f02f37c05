/** Draws extension/media/icon.png from icon.svg, since the gallery takes no SVG: `npm run icon -w millrace-vscode`. */
import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const media = new URL("../../extension/media/", import.meta.url);
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await page.setContent(
    `<body style="margin: 0">${await readFile(new URL("icon.svg", media), "utf8")}`,
  );
  await writeFile(new URL("icon.png", media), await page.screenshot({ omitBackground: true }));
} finally {
  await browser.close();
}
