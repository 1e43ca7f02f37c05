/** A connection as the management API shows it, and the owner of its exclusive queues. */
import type { Connection } from "../../protocol.ts";
import type { ChannelView, ConnectionView } from "../model/contract.ts";
import type { FieldTable } from "../wire/values.ts";

/** What was said and agreed on before connection.open. */
export interface Agreed {
  readonly user: string;
  readonly vhost: string;
  readonly clientProperties: FieldTable;
  readonly connectedAt: number;
  readonly channelMax: number;
  readonly frameMax: number;
  readonly heartbeat: number;
  readonly mechanism: string;
}

interface Living {
  channels(): readonly ChannelView[];
  close(reason: string): void;
}

export function viewOf(connection: Connection, agreed: Agreed, living: Living): ConnectionView {
  const { clientPort, serverPort } = connection;
  return {
    ...agreed,
    name: `127.0.0.1:${clientPort ?? 0} -> 127.0.0.1:${serverPort}`,
    clientPort,
    serverPort,
    tls: connection.tls?.() ?? null,
    get channels() {
      return living.channels();
    },
    close: (reason) => living.close(reason),
  };
}
