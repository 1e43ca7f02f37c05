/** An operator, an account and a user as `nsc` would make them: JWTs signed with nkeys, for servers in operator mode. */
import { nkeys } from "nats";

type KeyPair = ReturnType<typeof nkeys.createUser>;

export interface Operator {
  /** Lines of the server's configuration. */
  readonly config: string;
  /** A user's JWT and seed, and both as the text of a credentials file. */
  user(): { readonly jwt: string; readonly seed: string; readonly creds: string };
}

export function createOperator(): Operator {
  const operator = nkeys.createOperator();
  const account = nkeys.createAccount();
  const operatorJwt = sign(operator, operator, "operator", {});
  const unlimited = { subs: -1, data: -1, payload: -1, conn: -1, imports: -1, exports: -1 };
  const accountJwt = sign(operator, account, "account", {
    limits: { ...unlimited, wildcards: true },
  });
  return {
    config: `operator: "${operatorJwt}"\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: "${accountJwt}" }`,
    user() {
      const user = nkeys.createUser();
      const jwt = sign(account, user, "user", { subs: -1, data: -1, payload: -1 });
      const seed = new TextDecoder().decode(user.getSeed());
      return {
        jwt,
        seed,
        creds: `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
      };
    },
  };
}

/** A JWT of NATS (version 2): `ed25519-nkey` over header and claims. */
function sign(issuer: KeyPair, subject: KeyPair, type: string, claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = {
    jti: subject.getPublicKey(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: type,
    sub: subject.getPublicKey(),
    nats: { ...claims, type, version: 2 },
  };
  const text = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode(body)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`;
}
