/**
 * Plays a script on a RabbitMQ server and tells what every line brought: replies, deliveries, what was closed and why, and
 * what is in the queues then. A line says where and what, in the words of AMQP's reference:
 *
 *     a1 queue.declare q1 durable x-max-length=5      connection a, channel 1; fields in their order, flags by their names
 *     b2 basic.publish "" q1 mandatory priority=3 header.a=1 body=hello
 *     a1 basic.ack oldest multiple                    or newest, all, bad, or the n-th of those that are not settled
 *     wait 20                                         ms
 *
 * Values are signedint, longstr or bool by their looks; `short:5`, `list:a,b` or `void` say it. Queues and consumers that
 * the server names are `gen1` and `ctag1`, the address of direct replies is `reply1`, in the order in which they were seen.
 */
import { setTimeout as pause } from "node:timers/promises";
import { AmqpConnection, type Received } from "../amqp-connection.ts";
import { LAYOUTS } from "../amqp-layouts.ts";
import type { Fields } from "../amqp-values.ts";
import { type ChannelState, told } from "./rabbitmq-channel.ts";
import { fieldsOf, messageOf } from "./rabbitmq-line.ts";
import { Names } from "./rabbitmq-names.ts";

export type Line = readonly string[];

export interface Stage {
  /** What scripts make: removed before the next one. */
  readonly queues: readonly string[];
  readonly exchanges?: readonly string[];
  /** Whether the number of messages and consumers is told: not where RabbitMQ counts late. */
  readonly counts?: boolean;
}

const CONTROL = "control";
/** How long a server may take until it agrees, in ms: it does much at the same time. */
const PATIENCE = [2, 5, 10, 20, 50, 100, 200, 400, 1000, 2000, 5000];

export class Player implements AsyncDisposable {
  readonly #url: string;
  readonly #stage: Stage;
  readonly #connections = new Map<string, AmqpConnection>();
  readonly #channels = new Map<string, ChannelState>();
  /** What the server has named, by what it is called here. */
  readonly #names = new Names();
  #exclusive = false;
  #step = 0;

  constructor(url: string, stage: Stage) {
    this.#url = url;
    this.#stage = stage;
  }

  /** Each line with what it brought. Where that is known, the server is waited for until it agrees, for a while. */
  async play(script: readonly Line[], expected?: readonly string[]): Promise<string[]> {
    await this.#clear();
    const all: string[] = [];
    let agrees = expected !== undefined;
    for (const line of script) {
      this.#step = all.length;
      const received = new Map<string, Received[]>();
      const sent = await this.#do(line);
      let text = await this.#tell(sent, received);
      for (const wait of agrees ? PATIENCE : []) {
        if (text === expected?.[all.length]) break;
        await pause(wait);
        text = await this.#tell(sent, received);
      }
      agrees &&= text === expected?.[all.length];
      this.#remember(received);
      all.push(text);
    }
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections.values()) await connection[Symbol.asyncDispose]();
  }

  // ---------------------------------------------------------- lines

  /** Sends a line, waits for its reply, and returns it as it was meant. */
  async #do(line: Line): Promise<string> {
    const [where = "", name = "", ...words] = line;
    const shown = line.join(" ");
    if (where === "wait") {
      await pause(Number(name));
      return shown;
    }
    const at = await this.#open(where);
    const connection = this.#connections.get(where.slice(0, 1));
    const number = Number(where.slice(1));
    if (connection === undefined) throw new Error(`${shown}: no connection`);
    if (name === "channel.open" && at.open) {
      connection.send(number, name);
      await this.#closed(connection, where);
      return shown;
    }
    const fields = fieldsOf(name, words, at, (text) => this.#names.actual(text));
    if (fields === null) return `${shown} (there is nothing to settle)`;
    if (name === "basic.publish") {
      const [properties, body] = messageOf(words, (text) => this.#names.actual(text));
      if (at.published >= 0) at.unconfirmed.add(++at.published);
      connection.publish(number, fields, properties, body);
      return shown;
    }
    if (name === "queue.declare" && fields["exclusive"]) this.#exclusive = true;
    if (name === "confirm.select" && fields["noWait"]) at.published = Math.max(at.published, 0);
    if (name === "basic.recover" || name === "basic.recover-async") at.unsettled = [];
    connection.send(name.startsWith("connection.") ? 0 : number, name, fields);
    await this.#reply(connection, where, name, fields);
    return shown;
  }

  async #reply(
    connection: AmqpConnection,
    where: string,
    name: string,
    fields: Fields,
  ): Promise<void> {
    const number = Number(where.slice(1));
    const wanted = name === "basic.get" ? ["basic.get-ok", "basic.get-empty"] : [`${name}-ok`];
    if (fields["noWait"] || !LAYOUTS.some((layout) => wanted.includes(layout.name))) return;
    const own = (each: Received) =>
      (each.channel === number && (wanted.includes(each.name) || each.name === "channel.close")) ||
      each.name.startsWith("connection.close");
    await connection.until(() => connection.received.some(own));
    const reply = connection.received.find(own);
    const channel = this.#channels.get(where);
    if (channel === undefined) return;
    if (reply?.name === "confirm.select-ok") channel.published = Math.max(channel.published, 0);
    if (reply?.name === "channel.close-ok") channel.open = false;
    if (reply?.name === "connection.close-ok") await connection.until(() => connection.isClosed);
    if (name === "basic.consume" && reply?.name === "basic.consume-ok" && fields["noAck"])
      channel.withoutAck.add(String(reply.fields["consumerTag"]));
    if (name === "basic.get" && fields["noAck"]) channel.withoutAck.add("get");
    else if (name === "basic.get") channel.withoutAck.delete("get");
  }

  /** The channel, opened where it is not. */
  async #open(where: string): Promise<ChannelState> {
    const name = where.slice(0, 1);
    let connection = this.#connections.get(name);
    if (connection === undefined || connection.isClosed) {
      connection = await AmqpConnection.open(this.#url);
      this.#connections.set(name, connection);
      for (const [each, channel] of this.#channels) if (each.startsWith(name)) channel.open = false;
    }
    const found = this.#channels.get(where);
    if (found?.open) return found;
    const channel: ChannelState = {
      open: true,
      unsettled: [],
      lastTag: 0,
      withoutAck: new Set(),
      published: -1,
      unconfirmed: new Set(),
    };
    this.#channels.set(where, channel);
    connection.send(Number(where.slice(1)), "channel.open");
    await connection.take("channel.open-ok", Number(where.slice(1)));
    return channel;
  }

  // ---------------------------------------------------------- what came

  /** What has come by now, together with what this line has brought already. */
  async #tell(sent: string, received: Map<string, Received[]>): Promise<string> {
    await this.#flush();
    const counts = await this.#count();
    await this.#flush();
    for (const [name, connection] of this.#connections) {
      if (name === CONTROL) continue;
      for (const each of connection.received.splice(0)) {
        // Whether a connection that closes gets what another channel of it gives back is chance.
        if (connection.isClosed && each.name === "basic.deliver") continue;
        const where = `${name}${each.channel}`;
        if (each.name.endsWith(".close"))
          for (const [other, channel] of this.#channels)
            if (other === where || (each.channel === 0 && other.startsWith(name)))
              channel.open = false;
        received.set(where, [...(received.get(where) ?? []), each]);
      }
    }
    const lines = [...received]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .flatMap(([where, all]) =>
        told(this.#channels.get(where), all).map((text) => `${where} ${text}`),
      );
    return this.#names.hide([sent, ...lines, ...counts].join("\n  "));
  }

  #remember(received: ReadonlyMap<string, readonly Received[]>): void {
    for (const [where, all] of received) {
      const channel = this.#channels.get(where);
      for (const { name, fields } of all) {
        if (channel === undefined) continue;
        const tag = Number(fields["deliveryTag"]);
        if (name === "basic.deliver" || name === "basic.get-ok") {
          const consumer = name === "basic.get-ok" ? "get" : String(fields["consumerTag"]);
          channel.lastTag = tag;
          if (!channel.withoutAck.has(consumer))
            channel.unsettled.push({ tag, step: this.#step, place: this.#names.hide(consumer) });
        }
        if (name === "basic.ack" || name === "basic.nack")
          for (const number of channel.unconfirmed)
            if (number === tag || (fields["multiple"] === true && (number < tag || tag === 0)))
              channel.unconfirmed.delete(number);
      }
      channel?.unsettled.sort(
        (one, other) =>
          one.step - other.step || one.place.localeCompare(other.place) || one.tag - other.tag,
      );
    }
  }

  /** All that the channels were told has been dealt with there. */
  async #flush(): Promise<void> {
    await Promise.all(
      [...this.#channels].map(async ([where, channel]) => {
        const connection = this.#connections.get(where.slice(0, 1));
        const number = Number(where.slice(1));
        if (!channel.open || connection === undefined || connection.isClosed) return;
        const over = () =>
          connection.received.some(
            (each) =>
              each.name === "connection.close" ||
              (each.channel === number && ["channel.close", FLUSHED].includes(each.name)),
          );
        if (over()) return;
        connection.send(number, "channel.flow", { active: true });
        await connection.until(over);
        const at = connection.received.findLastIndex(
          (each) => each.channel === number && each.name === FLUSHED,
        );
        if (at >= 0) connection.received.splice(at, 1);
        else channel.open = false;
      }),
    );
  }

  /** Asks for each queue, which also waits for what the queue has to do. */
  async #count(): Promise<string[]> {
    const control = await this.#control();
    const names = [...this.#stage.queues, ...this.#names.queues];
    const counts = await Promise.all(
      names.map(async (queue, index) => {
        const channel = index + 1;
        control.send(channel, "channel.open");
        control.send(channel, "queue.declare", { queue: this.#names.actual(queue), passive: true });
        const own = (each: Received) => each.channel === channel && !each.name.endsWith("open-ok");
        await control.until(() => control.received.some(own));
        const reply = control.received.find(own);
        if (reply?.name !== "channel.close") {
          control.send(channel, "channel.close");
          await control.take("channel.close-ok", channel);
        }
        if (reply?.name === "channel.close")
          return reply.fields["replyCode"] === 404
            ? []
            : [`${queue}: ${reply.fields["replyCode"]}`];
        const { messageCount = 0, consumerCount = 0 } = reply?.fields ?? {};
        return [`${queue}: ${messageCount} messages, ${consumerCount} consumers`];
      }),
    );
    control.received.length = 0;
    return this.#stage.counts === false ? [] : counts.flat();
  }

  // ---------------------------------------------------------- between scripts

  async #clear(): Promise<void> {
    for (const [name, connection] of this.#connections) {
      if (name === CONTROL || connection.isClosed) continue;
      if (this.#exclusive) {
        connection.send(0, "connection.close", { replyCode: 200, replyText: "bye" });
        await connection.until(() => connection.isClosed);
      } else
        for (const [where, channel] of this.#channels) {
          if (!where.startsWith(name) || !channel.open) continue;
          connection.send(Number(where.slice(1)), "channel.close", { replyCode: 200 });
          await connection.take("channel.close-ok", Number(where.slice(1)));
        }
      connection.received.length = 0;
    }
    this.#channels.clear();
    this.#exclusive = false;
    const control = await this.#control();
    control.send(1, "channel.open");
    for (const queue of [...this.#stage.queues, ...this.#names.queues]) {
      control.send(1, "queue.delete", { queue: this.#names.actual(queue) });
      await control.take("queue.delete-ok", 1);
    }
    for (const exchange of this.#stage.exchanges ?? []) {
      control.send(1, "exchange.delete", { exchange });
      await control.take("exchange.delete-ok", 1);
    }
    control.send(1, "channel.close");
    await control.take("channel.close-ok", 1);
    control.received.length = 0;
    this.#names.clear();
  }

  async #control(): Promise<AmqpConnection> {
    const found = this.#connections.get(CONTROL);
    if (found !== undefined && !found.isClosed) return found;
    const control = await AmqpConnection.open(this.#url);
    this.#connections.set(CONTROL, control);
    return control;
  }

  async #closed(connection: AmqpConnection, where: string): Promise<void> {
    await connection.until(() =>
      connection.received.some((each) => each.name.endsWith(".close") || each.channel === 0),
    );
    const channel = this.#channels.get(where);
    if (channel !== undefined) channel.open = false;
  }
}

const FLUSHED = "channel.flow-ok";
