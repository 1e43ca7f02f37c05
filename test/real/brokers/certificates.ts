import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Of a server's own making: whoever trusts `ca` may connect, with `cert` and `key` as CN=millrace. All PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
}

/**
 * An authority, and a server's (localhost, 127.0.0.1) and a client's (CN=millrace) certificate signed by it, for one
 * day; by openssl, about 50 ms.
 */
export async function makeCertificates(
  folder: string,
): Promise<{ client: Certificates; files: CertificateFiles }> {
  const place = join(folder, "certificates");
  await mkdir(place);
  const file = (name: string) => join(place, name);
  await openssl(
    `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=millrace-test-ca -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign`,
    ["-keyout", file("ca.key"), "-out", file("ca.crt")],
  );
  const sign = async (name: string, commonName: string, extensions: string) => {
    await writeFile(file(`${name}.ext`), extensions);
    await openssl(`req -newkey rsa:2048 -nodes -subj /CN=${commonName}`, [
      ...["-keyout", file(`${name}.key`), "-out", file(`${name}.csr`)],
    ]);
    await openssl(`x509 -req -days 1 -CAcreateserial`, [
      ...["-in", file(`${name}.csr`), "-CA", file("ca.crt"), "-CAkey", file("ca.key")],
      ...["-CAserial", file(`${name}.srl`), "-extfile", file(`${name}.ext`)],
      ...["-out", file(`${name}.crt`)],
    ]);
  };
  await Promise.all([
    sign(
      "server",
      "localhost",
      "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
    ),
    sign("client", "millrace", "extendedKeyUsage=clientAuth\n"),
  ]);
  const read = (name: string) => readFile(file(name), "utf8");
  return {
    client: {
      ca: await read("ca.crt"),
      cert: await read("client.crt"),
      key: await read("client.key"),
    },
    files: { ca: file("ca.crt"), serverCert: file("server.crt"), serverKey: file("server.key") },
  };
}

async function openssl(command: string, files: readonly string[]): Promise<void> {
  try {
    await run("openssl", [...command.split(" "), ...files]);
  } catch (cause) {
    throw new Error(
      "openssl, which makes the certificates of the TLS tests, failed: apt install openssl",
      { cause },
    );
  }
}
