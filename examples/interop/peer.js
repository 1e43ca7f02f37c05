/** A service in a process of its own: it takes orders as JSON lines on stdin and reports as JSON lines on stdout. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * What was said: JSON has no bytes, so these are base64.
 * @typedef {{ kind: "json" | "text" | "bytes", value: any }} Body
 * @typedef {{ body: Body, headers?: Record<string, unknown>, correlationId?: unknown }} Message
 * @typedef {{ event: string, id?: number, mode?: string, at?: string, error?: string, answer?: Message, modes?: string[] } & Partial<Message>} Report
 * @typedef {{ do: "note" | "ask", mode: string, body: Body, headers: Record<string, string>, correlationId: string }} Order
 */

/** How long a message may take before it counts as lost, in ms. A Kafka group may need three seconds to form. */
const PATIENCE = 20_000;

export class Peer {
  /** Heard and not yet asked for. @type {Report[]} */
  #heard = [];
  /** @type {Set<(report: Report) => boolean>} */
  #waiting = new Set();
  #orders = 0;
  #log = "";
  #ready = false;
  #stopping = false;

  /**
   * @param {string} name
   * @param {{ command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv, verbose: boolean, ipc: boolean }} options
   *   `ipc`: it is asked to stop by message, as `millrace run` takes it; others end with stdin.
   */
  constructor(name, { command, args, cwd, env, verbose, ipc }) {
    this.name = name;
    this.child = spawn(command, args, {
      cwd,
      env,
      stdio: ["pipe", "pipe", "pipe", ...(ipc ? /** @type {const} */ (["ipc"]) : [])],
    });
    const { stdin, stdout, stderr } = this.child;
    if (!stdin || !stdout || !stderr) throw new Error(`${name} has no pipes`);
    this.stdin = stdin;
    // An order to a process that is gone: its end is what is told.
    stdin.on("error", () => {});
    createInterface({ input: stdout }).on("line", (line) => this.#read(line));
    stderr.on("data", (/** @type {Buffer} */ chunk) => {
      this.#log = (this.#log + chunk.toString()).slice(-4000);
      if (verbose) process.stderr.write(chunk);
    });
    /** @type {Promise<void>} */
    this.ended = new Promise((resolve) => {
      this.child.once("close", () => resolve());
      this.child.once("error", (error) => {
        this.#log += error.message;
        resolve();
      });
    });
    /** Rejects when the process ends by itself. @type {Promise<never>} */
    this.gone = this.ended.then(() => {
      if (this.#stopping) return new Promise(() => {});
      throw new Error(
        `${name} ended with ${this.child.exitCode ?? this.child.signalCode}:\n${this.#log}`,
      );
    });
    this.gone.catch(() => {});
  }

  /** Resolves when it is connected and all its subscribers are in force. */
  async ready() {
    await this.#next((report) => report.event === "ready", "to be ready", 60_000);
    this.#ready = true;
  }

  /** Carries out an order. Resolves to the answer, where one was asked for. @param {Order} order @returns {Promise<Message | undefined>} */
  async order(order) {
    const id = ++this.#orders;
    this.stdin.write(`${JSON.stringify({ id, ...order })}\n`);
    const done = await this.#next(
      (report) => report.event === "done" && report.id === id,
      order.do === "ask" ? "to get an answer" : "to send",
    );
    if (done.error !== undefined) throw new Error(done.error);
    return done.answer;
  }

  /**
   * The message that carries this mark in its body, when it has come.
   * @param {string} mode @param {string} at @param {string} mark
   * @returns {Promise<Message>}
   */
  async hears(mode, at, mark) {
    const found = await this.#next(
      (report) => report.mode === mode && report.at === at && readable(report.body).includes(mark),
      `to receive it`,
    );
    return /** @type {Message} */ (found);
  }

  async stop() {
    this.#stopping = true;
    // Still connecting, it has nothing in hand and may not listen yet.
    if (!this.#ready) this.child.kill("SIGKILL");
    if (this.child.connected) this.child.send({ millrace: "stop" }, () => {});
    this.stdin.end();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.ended;
    clearTimeout(timer);
  }

  /** @param {string} line */
  #read(line) {
    if (!line.startsWith('{"event":') && !line.startsWith('{"event": ')) return;
    const report = /** @type {Report} */ (JSON.parse(line));
    for (const take of this.#waiting) if (take(report)) return;
    this.#heard.push(report);
  }

  /** @param {(report: Report) => boolean} fits @param {string} what @returns {Promise<Report>} */
  #next(fits, what, patience = PATIENCE) {
    const index = this.#heard.findIndex(fits);
    if (index >= 0) return Promise.resolve(/** @type {Report} */ (this.#heard.splice(index, 1)[0]));
    /** @type {Promise<Report>} */
    const found = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(take);
        reject(new Error(`waited ${patience / 1000} s for ${this.name} ${what}`));
      }, patience);
      // The service keeps this process alive, not the wait for it.
      timer.unref();
      /** @param {Report} report */
      const take = (report) => {
        if (!fits(report)) return false;
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve(report);
        return true;
      };
      this.#waiting.add(take);
    });
    return Promise.race([found, this.gone]);
  }
}

/** The text in a body, for finding it again. @param {Body | undefined} body */
function readable(body) {
  if (body?.kind === "bytes") return Buffer.from(body.value, "base64").toString("latin1");
  return JSON.stringify(body?.value) ?? "";
}
