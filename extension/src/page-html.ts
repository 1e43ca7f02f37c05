/**
 * The document that holds the page in a VS Code webview. Its policy allows our own script by a nonce, our own styles and fonts,
 * and nothing from the network: payloads are shown in it, and they come from anywhere.
 */
export function pageHtml(page: {
  script: string;
  style: string;
  cspSource: string;
  nonce: string;
}): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${page.style}">
<title>Millrace</title>
</head>
<body>
<div id="root"></div>
<script nonce="${page.nonce}" src="${page.script}"></script>
</body>
</html>`;
}
