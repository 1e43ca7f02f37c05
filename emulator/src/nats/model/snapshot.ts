/** A server's streams as plain data, account by account. Connections and their subscriptions are not part of it. */
import type { Server } from "./server.ts";

interface Snapshot {
  readonly kind: "nats";
  readonly accounts: Readonly<Record<string, unknown>>;
}

export function snapshotServer(server: Server): Snapshot {
  const accounts: Record<string, unknown> = {};
  for (const { name, jetstream } of server.accounts.values())
    if (jetstream !== undefined) accounts[name] = jetstream.snapshot();
  return { kind: "nats", accounts };
}

/** @throws where it cannot be read; then everything is as it was. */
export function restoreServer(server: Server, snapshot: unknown): void {
  if (!isSnapshot(snapshot)) throw new Error("this is no snapshot of NATS");
  const before = snapshotServer(server);
  try {
    for (const [name, kept] of Object.entries(snapshot.accounts)) {
      const jetstream = server.accounts.get(name)?.jetstream;
      if (jetstream === undefined) throw new Error(`the account ${name} has no JetStream here`);
      jetstream.restore(kept);
    }
  } catch (error) {
    for (const [name, kept] of Object.entries(before.accounts))
      server.account(name).jetstream?.restore(kept);
    throw error;
  }
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== "object" || value === null) return false;
  const { kind, accounts } = value as Partial<Snapshot>;
  return kind === "nats" && typeof accounts === "object" && accounts !== null;
}
