/**
 * Runs inside the extension host: activates Millrace, starts the emulator and writes down what the host's own thread holds.
 * VS Code calls run(); LOADED_REPORT names the file.
 */
const { writeFileSync } = require("node:fs");
const { createConnection } = require("node:net");
const vscode = require("vscode");

exports.run = async function run() {
  const extension = vscode.extensions.getExtension("millrace.millrace-vscode");
  if (extension === undefined) throw new Error("the extension is not there");
  const listeningBefore = count("TCPServerWrap");
  const api = await extension.activate();
  await vscode.commands.executeCommand("millrace.startEmulator");
  const { servers } = api.state().emulator;
  const nats = servers.find(
    (/** @type {{ protocol: string }} */ server) => server.protocol === "nats",
  );
  const report = {
    activation: api.activation,
    servers,
    greeting: await greeting(nats.port),
    // Listening sockets of this thread: the emulator's belong to its worker.
    listening: count("TCPServerWrap"),
    listeningBefore,
    modules: Object.keys(require.cache).filter((file) => file.startsWith(extension.extensionPath)),
    commands: extension.packageJSON.contributes.commands.map(
      (/** @type {{ command: string }} */ { command }) => command,
    ),
    registered: (await vscode.commands.getCommands(true)).filter((name) =>
      name.startsWith("millrace."),
    ),
  };
  writeFileSync(process.env["LOADED_REPORT"] ?? "", JSON.stringify(report));
};

/** @param {string} resource */
function count(resource) {
  return process.getActiveResourcesInfo().filter((name) => name === resource).length;
}

/**
 * The first bytes of the NATS server: proof that the emulator really runs while the rest is counted.
 * @param {number} port
 * @returns {Promise<string>}
 */
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
