import { expect, test } from "vitest";
import type { Acl } from "../admin-contract.ts";
import { AclStore } from "./acls.ts";

const acl = (given: Partial<Acl>): Acl => ({
  type: "Topic",
  pattern: "Literal",
  name: "orders",
  principal: "User:bob",
  host: "*",
  operation: "Read",
  permission: "Allow",
  ...given,
});

const terms = { enforced: true, superUsers: ["User:admin"], openUnlessSaid: true };
const bob = { principal: "User:bob", host: "127.0.0.1" };
const eve = { principal: "User:eve", host: "127.0.0.1" };

function storeOf(...acls: readonly Acl[]): AclStore {
  const store = new AclStore(terms);
  for (const each of acls) store.add(each);
  return store;
}

test("a resource of which nothing is said is open; one of which something is said is not", () => {
  const store = storeOf(acl({}));
  expect(store.allows(eve, "Write", "Topic", "payments")).toBe(true);
  expect(store.allows(eve, "Read", "Topic", "orders")).toBe(false);
  expect(store.allows({ ...eve, principal: "User:admin" }, "Alter", "Topic", "orders")).toBe(true);
  expect(new AclStore({ ...terms, openUnlessSaid: false }).allows(eve, "Read", "Topic", "x")).toBe(
    false,
  );
});

test("who may read may describe; who may describe may not read", () => {
  const store = storeOf(acl({}), acl({ name: "logs", operation: "Describe" }));
  expect(store.allows(bob, "Describe", "Topic", "orders")).toBe(true);
  expect(store.allows(bob, "Write", "Topic", "orders")).toBe(false);
  expect(store.allows(bob, "Read", "Topic", "logs")).toBe(false);
});

test("what is denied is denied, whatever else is allowed", () => {
  const store = storeOf(
    acl({ principal: "User:*", name: "*", operation: "All" }),
    acl({ principal: "User:eve", pattern: "Prefixed", name: "ord", permission: "Deny" }),
  );
  expect(store.allows(bob, "Read", "Topic", "orders")).toBe(true);
  expect(store.allows(eve, "Read", "Topic", "orders")).toBe(false);
  expect(store.allows(eve, "Write", "Topic", "orders")).toBe(true);
  expect(store.allows(eve, "Read", "Topic", "payments")).toBe(true);
});

test("an ACL is for one host, or for all", () => {
  const store = storeOf(acl({ host: "10.0.0.1" }));
  expect(store.allows(bob, "Read", "Topic", "orders")).toBe(false);
  expect(store.allows({ ...bob, host: "10.0.0.1" }, "Read", "Topic", "orders")).toBe(true);
});
