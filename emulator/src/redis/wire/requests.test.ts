import { expect, test } from "vitest";
import { RequestReader, RequestTooLong } from "./requests.ts";

const MB = 1024 * 1024;

function reader(options: { request?: number; authenticated?: boolean } = {}): RequestReader {
  return new RequestReader({
    bulk: () => 512 * MB,
    request: () => options.request ?? 1024 * MB,
    authenticated: () => options.authenticated ?? true,
  });
}

/** What is read when bytes come in pieces of this length. */
function readAll(bytes: Buffer, piece: number): (readonly string[])[] {
  const requests = reader();
  const got: (readonly string[])[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    requests.push(Buffer.from(bytes.subarray(at, at + piece)));
    for (let argv = requests.next(); argv !== null; argv = requests.next()) got.push(argv);
  }
  return got;
}

function refusal(text: string, options?: Parameters<typeof reader>[0]): string | undefined {
  const requests = reader(options);
  requests.push(Buffer.from(text, "latin1"));
  try {
    while (requests.next() !== null);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

test("requests are the same however they are cut", () => {
  const long = "x".repeat(5000);
  const bytes = Buffer.from(
    `*2\r\n$4\r\nECHO\r\n$5000\r\n${long}\r\nPING\r\n\r\n*0\r\n*-1\r\n*1\r\n$0\r\n\r\nset k "a\\x41\\n" 'b\\'c'\n*3\r\n$3\r\nSET\r\n$4\r\n\r\n\r\n\r\n$2\r\n\xff\x00\r\n`,
    "latin1",
  );
  const whole = readAll(bytes, bytes.length);
  expect(whole).toEqual([
    ["ECHO", long],
    ["PING"],
    [""],
    ["set", "k", "aA\n", "b'c"],
    ["SET", "\r\n\r\n", "\xff\x00"],
  ]);
  for (const piece of [1, 2, 3, 7, 100, 4097]) expect(readAll(bytes, piece)).toEqual(whole);
});

test.each([
  ["*x\r\n", "ERR Protocol error: invalid multibulk length"],
  ["*2147483648\r\n", "ERR Protocol error: invalid multibulk length"],
  ["*01\r\n", "ERR Protocol error: invalid multibulk length"],
  ["*1\r\nfoo\r\n", "ERR Protocol error: expected '$', got 'f'"],
  ["*1\r\n$-1\r\n", "ERR Protocol error: invalid bulk length"],
  ["*1\r\n$+3\r\n", "ERR Protocol error: invalid bulk length"],
  ["*1\r\n$536870913\r\n", "ERR Protocol error: invalid bulk length"],
  ['set k "a\r\n', "ERR Protocol error: unbalanced quotes in request"],
  ['set k "a"b\r\n', "ERR Protocol error: unbalanced quotes in request"],
  ["x".repeat(65_537), "ERR Protocol error: too big inline request"],
  [`*${"1".repeat(65_537)}`, "ERR Protocol error: too big mbulk count string"],
  [`*1\r\n$${"1".repeat(65_537)}`, "ERR Protocol error: too big bulk count string"],
])("%j is no request", (text, words) => {
  expect(refusal(text)).toBe(words);
});

test("who has not logged in may say little", () => {
  const stranger = { authenticated: false };
  expect(refusal("*11\r\n", stranger)).toBe("ERR Protocol error: unauthenticated multibulk length");
  expect(refusal("*1\r\n$16385\r\n", stranger)).toBe(
    "ERR Protocol error: unauthenticated bulk length",
  );
  expect(refusal("*10\r\n$16384\r\n", stranger)).toBeUndefined();
});

test("many arguments together have a bound, too, empty ones as well", () => {
  for (const argument of ["$1000\r\n" + "x".repeat(1000) + "\r\n", "$0\r\n\r\n"]) {
    const requests = reader({ request: 100_000 });
    requests.push(Buffer.from("*1000000\r\n"));
    expect(() => {
      for (let count = 0; count < 10_000; count++) {
        requests.push(Buffer.from(argument));
        expect(requests.next()).toBeNull();
      }
    }).toThrow(RequestTooLong);
  }
});

test("a large value in small pieces costs about its length, not its square", () => {
  const requests = reader();
  const size = 24 * MB;
  requests.push(Buffer.from(`*1\r\n$${size}\r\n`));
  const piece = Buffer.alloc(4096, "v");
  // Copied anew for each piece, this would be 75 GB.
  for (let sent = 0; sent < size; sent += piece.length) {
    expect(requests.next()).toBeNull();
    requests.push(piece);
  }
  requests.push(Buffer.from("\r\n"));
  expect(requests.next()?.[0]?.length).toBe(size);
});
