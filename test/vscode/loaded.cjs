/**
 * Runs inside the extension host: activates Millrace, starts the emulator and writes down what the host's own thread holds.
 * VS Code calls run(); LOADED_REPORT names the file.
 */
const { writeFileSync } = require("node:fs");
const { createConnection } = require("node:net");
const vscode = require("vscode");

exports.run = async function run() {
  const before = resources();
  const extension = vscode.extensions.getExtension("millrace.millrace-vscode");
  const api = await extension.activate();
  await vscode.commands.executeCommand("millrace.startEmulator");
  const { servers } = await api.state();
  const report = {
    activation: api.activation,
    servers,
    greeting: await greeting(servers.find(({ protocol }) => protocol === "nats").port),
    // A listening socket of this thread: the emulator's belong to its worker.
    listening: resources().TCPServerWrap ?? 0,
    listeningBefore: before.TCPServerWrap ?? 0,
    workers: resources().MessagePort ?? 0,
    modules: Object.keys(require.cache).filter((file) => file.startsWith(extension.extensionPath)),
    globals: ["ts", "TypeScript"].filter((name) => name in globalThis),
    commands: extension.packageJSON.contributes.commands.map(({ command }) => command),
    registered: (await vscode.commands.getCommands(true)).filter((name) =>
      name.startsWith("millrace."),
    ),
  };
  writeFileSync(process.env.LOADED_REPORT, JSON.stringify(report));
};

function resources() {
  const counts = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The first bytes of the NATS server: proof that the emulator really runs while the rest is counted. */
function greeting(port) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("data", (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}
