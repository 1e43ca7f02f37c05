import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { credentialOf, credentialOfSalted } from "./scram-users.ts";

test("what is kept of a password proves what RFC 7677 §3 shows", () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  const salted = pbkdf2Sync("pencil", salt, 4096, 32, "sha256");
  const credential = credentialOfSalted(salted, {
    mechanism: "SCRAM-SHA-256",
    salt,
    iterations: 4096,
  });
  const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const exchange = [
    "n=user,r=rOprNGfwEbeRWgbNEkqO",
    `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
    `c=biws,r=${nonce}`,
  ].join(",");
  const sign = (key: Buffer) => createHmac("sha256", key).update(exchange).digest();
  expect(sign(credential.serverKey).toString("base64")).toBe(
    "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  );
  const proof = Buffer.from("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "base64");
  const signature = sign(credential.storedKey);
  const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
  expect(createHash("sha256").update(clientKey).digest()).toEqual(credential.storedKey);
});

test("the same password is never kept twice alike", () => {
  const [one, other] = [credentialOf("pw", "SCRAM-SHA-512"), credentialOf("pw", "SCRAM-SHA-512")];
  expect(one.storedKey).not.toEqual(other.storedKey);
});
