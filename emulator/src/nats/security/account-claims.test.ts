import { expect, test } from "vitest";
import { accountOptions } from "./account-claims.ts";

const claims = (limits: object) => ({
  iss: "O",
  sub: "A",
  name: "A",
  iat: 0,
  exp: 0,
  nbf: 0,
  nats: { limits },
});

test("an account's token gives it streams as a whole, in a tier for one replica, or not at all", () => {
  const { jetstream } = accountOptions(claims({ disk_storage: 1000, streams: 2, consumer: -1 }));
  expect(jetstream).toMatchObject({ maxMemory: 0, maxStorage: 1000, maxStreams: 2 });
  expect(jetstream?.tier).toBeUndefined();
  const tiered = { R1: { disk_storage: 1000, streams: -1 }, R3: { disk_storage: 5 } };
  expect(accountOptions(claims({ tiered_limits: tiered })).jetstream).toMatchObject({
    maxStorage: 1000,
    maxStreams: -1,
    maxAckPending: -1,
    tier: "R1",
  });
  expect(accountOptions(claims({ conn: -1 })).jetstream).toBeNull();
});
