/**
 * What is tried on both servers. Left out: what time or chance decides (TIME, RANDOMKEY, `XADD *`, PTTL), and what
 * the two releases answer differently by intent: the emulator claims 7.2, the reference is 7.0 (OBJECT ENCODING of lists,
 * XINFO's newer fields, scores such as 0.1, which 7.0 prints with 17 digits, the wording of some errors about blocked
 * clients).
 */
import fc from "fast-check";
import type { Words } from "./grammar.ts";

export interface Family {
  readonly name: string;
  readonly lines: readonly string[];
  /** Commands whose array is a set or a map without order. */
  readonly unordered?: readonly string[];
  /** Whether it waits: it is tried a tenth as often. */
  readonly slow?: boolean;
  /** Its own words, beside or instead of those that all have. */
  readonly words?: Words;
  /** What a script begins with. */
  readonly before?: readonly (readonly string[])[];
  /** A reply without what cannot be equal. */
  readonly shown?: (reply: string) => string;
  /** Whether what is kept can be compared. */
  readonly digest?: boolean;
}

const few = (...words: readonly string[]) => fc.constantFrom(...words);
/** Mostly good ones, and now and then one that is refused. */
const mostly = (good: fc.Arbitrary<string>, ...bad: readonly string[]) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: few(...bad) });
const numbers = (from: number, to: number) => fc.integer({ min: from, max: to }).map(String);

export const words: Words = {
  key: few("k1", "k2", "k3", "k4"),
  value: fc.oneof(
    few("", "a", "hello", "10", "-3", "3.5", "\x00\xff\r\n", "long".repeat(20)),
    numbers(-5, 5),
  ),
  // None that other commands change parts of: what becomes of one that is damaged, nobody promises.
  counter: few("h1", "h2"),
  field: few("f1", "f2", "f3", ""),
  member: few("m1", "m2", "m3", "m4", "1", "2", "\xfe"),
  int: mostly(
    fc.oneof(numbers(-10, 10), few("9223372036854775807", "-9223372036854775808", "4294967296")),
    "abc",
    "1.5",
    "",
    " 1",
    "9223372036854775808",
    "+1",
    "01",
  ),
  // Not the least number: BITFIELD … SAT of redis-server overflows with it.
  amount: mostly(
    fc.oneof(numbers(-300, 300), few("9223372036854775807", "4294967296")),
    "abc",
    "9223372036854775808",
  ),
  small: mostly(numbers(0, 5), "-1", "x"),
  index: mostly(numbers(-6, 6), "abc", "1.0"),
  offset: mostly(numbers(0, 40), "-1", "4294967296", "x"),
  bit: mostly(few("0", "1"), "2"),
  float: mostly(few("1.5", "-2", "0.1", "1e3", "3.0", "100.25", "-0.3"), "abc", "inf", "nan", ""),
  score: mostly(
    fc.oneof(numbers(-3, 5), few("1.5", "-0.25", "inf", "-inf", "0.125", "1e20")),
    "abc",
    "nan",
    "",
  ),
  // None that makes a negative zero: whether the server keeps it depends on how it keeps the set.
  weight: mostly(few("1", "2", "0.5", "3", "inf"), "abc", "nan"),
  min: mostly(fc.oneof(numbers(-3, 3), few("-inf", "(1", "(0.5")), "x", "((1"),
  max: mostly(fc.oneof(numbers(0, 6), few("+inf", "(3", "inf")), "y"),
  lexmin: mostly(few("-", "[a", "(m1", "[m2", "["), "a"),
  lexmax: mostly(few("+", "[z", "(m3", "[m2"), "z"),
  pattern: few("*", "k*", "k[12]", "k?", "[^k]*", "m[1-3]", "\\k1", "k[2-1]"),
  seconds: mostly(few("100", "1000", "100000"), "0", "-1", "abc", "9223372036854775807"),
  id: mostly(few("1-1", "2-1", "2-2", "3", "5-0", "5-1", "10-*"), "0-0", "x", "1-", "-1"),
  from: mostly(few("-", "0", "1-1", "2", "(2-1", "(5"), "x", "("),
  to: mostly(few("+", "3", "5-0", "(5-1", "10"), "y"),
  after: few("0", "1-1", "2", "5", "0-0"),
  group: few("g1", "g2"),
  consumer: few("c1", "c2"),
  unit: mostly(few("m", "km", "ft", "mi"), "yard"),
  longitude: mostly(few("13.361389", "15.087269", "-122.4", "2.35"), "181", "x"),
  latitude: mostly(few("38.115556", "37.502669", "37.7", "48.85"), "86"),
  type: mostly(few("u8", "i8", "u3", "i16", "u63", "i64"), "u64", "x8"),
  place: mostly(few("0", "7", "#1", "#2", "16"), "-1", "#x"),
  algorithm: few("AND", "OR", "XOR"),
  setting: few("NX", "XX", "GT", "LT"),
  script: few(
    'return {KEYS[1], ARGV[1], redis.call("type", KEYS[1])}',
    'return redis.call("incrby", KEYS[1], ARGV[1])',
    'return redis.pcall("lpush", KEYS[1], ARGV[1])',
    "return {1, 2.9, true, false, nil, 3}",
    'return redis.error_reply("MINE all mine")',
    'return {ok = "fine"}',
    'return redis.call("get", KEYS[1]) .. "!"',
    "return tostring(ARGV[1] + 1)",
    "syntax error",
  ),
};

export const families: readonly Family[] = [
  {
    name: "strings",
    lines: [
      "SET <key> <value> [NX|XX] [GET] [EX <seconds>|KEEPTTL]",
      "(GET|STRLEN|GETDEL|INCR|DECR|TYPE|EXISTS|TTL|PERSIST|DEL) <key>",
      "(GETSET|SETNX|APPEND) <key> <value>",
      "(INCRBY|DECRBY) <key> <int>",
      "INCRBYFLOAT <key> <float>",
      "SETRANGE <key> <offset> <value>",
      "(GETRANGE|SUBSTR) <key> <index> <index>",
      "SETEX <key> <seconds> <value>",
      "GETEX <key> [EX <seconds>|PERSIST]",
      "MSET (<key> <value>)+",
      "MSETNX (<key> <value>)+",
      "MGET <key>+",
      "LCS <key> <key> [LEN] [IDX] [MINMATCHLEN <small>] [WITHMATCHLEN]",
      "(LPUSH|SADD) <key> a",
    ],
  },
  {
    name: "keys",
    lines: [
      "SET <key> <value>",
      "RPUSH <key> <value>+",
      "(DEL|UNLINK|EXISTS|TOUCH) <key>+",
      "(TYPE|TTL|EXPIRETIME|PERSIST) <key>",
      "(EXPIRE|PEXPIRE) <key> <seconds> [<setting>] [<setting>]",
      "EXPIREAT <key> (4102444800|1|x) [<setting>]",
      "(RENAME|RENAMENX) <key> <key>",
      "COPY <key> <key> [REPLACE] [DB 3]",
      "MOVE <key> (3|0|99)",
      "KEYS <pattern>",
      "DBSIZE",
      "SORT <key> [BY (w_*|nosort)] [LIMIT <index> <small>] [GET #] [ALPHA] [DESC] [STORE <key>]",
      "SELECT 0",
    ],
    unordered: ["KEYS"],
  },
  {
    name: "how strings are kept",
    words: {
      ...words,
      value: few("1", "-7", "0", "12345", "007", "text", "e".repeat(44), "r".repeat(45), ""),
    },
    lines: [
      "(SET|GETSET|SETNX|APPEND) <key> <value>",
      "SET <key> <value> KEEPTTL",
      "MSET (<key> <value>)+",
      "(INCR|DECR|GET|GETDEL) <key>",
      "(INCRBY|DECRBY) <key> <small>",
      "INCRBYFLOAT <key> <float>",
      "SETRANGE <key> <small> <value>",
      "SETBIT <key> <offset> <bit>",
      "BITFIELD <key> (GET <type> <place>|SET <type> <place> <amount>|INCRBY <type> <place> <small>)+",
      "BITOP <algorithm> <key> <key>+",
      "PFADD <counter> <member>+",
      "(RENAME|RENAMENX) <key> <key>",
      "COPY <key> <key> [REPLACE]",
      "OBJECT (ENCODING|REFCOUNT) (<key>|<counter>)",
      "OBJECT ENCODING <key>",
      "OBJECT ENCODING <key>",
    ],
  },
  {
    name: "bits",
    lines: [
      "SETBIT <key> <offset> <bit>",
      "GETBIT <key> <offset>",
      "SET <key> <value>",
      "GET <key>",
      "BITCOUNT <key> [<index> <index> [BYTE|BIT]]",
      "BITPOS <key> <bit> [<index> [<index> [BYTE|BIT]]]",
      "BITOP <algorithm> <key> <key>+",
      "BITOP NOT <key> <key>+",
      "BITFIELD <key> (GET <type> <place>|SET <type> <place> <amount>|INCRBY <type> <place> <amount>|OVERFLOW (WRAP|SAT|FAIL))+",
      "BITFIELD_RO <key> (GET <type> <place>)+",
      "(PFADD|GET) <counter>",
      "PFADD <counter> <member>+",
      "PFCOUNT (<counter>|<key>)+",
      "PFMERGE <counter> (<counter>|<key>)+",
    ],
  },
  {
    name: "hashes",
    lines: [
      "(HSET|HMSET) <key> (<field> <value>)+",
      "HSETNX <key> <field> <value>",
      "(HGET|HEXISTS|HSTRLEN) <key> <field>",
      "(HMGET|HDEL) <key> <field>+",
      "(HGETALL|HLEN|HKEYS|HVALS) <key>",
      "HINCRBY <key> <field> <int>",
      "HINCRBYFLOAT <key> <field> <float>",
      "HRANDFIELD <key> 10 [WITHVALUES]",
      "HSCAN <key> 0 [MATCH <pattern>] [COUNT 100]",
      "SET <key> a",
      "DEL <key>",
    ],
    unordered: ["HGETALL", "HKEYS", "HVALS", "HRANDFIELD", "HSCAN"],
  },
  {
    name: "lists",
    lines: [
      "(LPUSH|RPUSH|LPUSHX|RPUSHX) <key> <value>+",
      "(LPOP|RPOP) <key> [<small>]",
      "LLEN <key>",
      "LRANGE <key> <index> <index>",
      "LTRIM <key> <index> <index>",
      "LINDEX <key> <index>",
      "LSET <key> <index> <value>",
      "LREM <key> <index> <value>",
      "LINSERT <key> (BEFORE|AFTER) <value> <value>",
      "LPOS <key> <value> [RANK <index>] [COUNT <small>] [MAXLEN <small>]",
      "RPOPLPUSH <key> <key>",
      "LMOVE <key> <key> (LEFT|RIGHT) (LEFT|RIGHT)",
      "LMPOP <small> <key>+ (LEFT|RIGHT) [COUNT <small>]",
      "SET <key> a",
    ],
  },
  {
    name: "what blocks",
    slow: true,
    lines: [
      "(BLPOP|BRPOP) <key>+ 0.001",
      "BLMOVE <key> <key> (LEFT|RIGHT) RIGHT 0.001",
      "BRPOPLPUSH <key> <key> 0.001",
      "BLMPOP 0.001 <small> <key>+ LEFT [COUNT <small>]",
      "(BZPOPMIN|BZPOPMAX) <key>+ 0.001",
      "BZMPOP 0.001 <small> <key>+ MIN",
      "XREAD BLOCK 1 STREAMS <key> <after>",
      "(LPUSH|RPUSH) <key> <value>+",
      "ZADD <key> <score> <member>",
      "XADD <key> <id> f v",
      "(MULTI|EXEC)",
      "DEL <key>",
    ],
  },
  {
    name: "sets",
    lines: [
      "(SADD|SREM|SMISMEMBER) <key> <member>+",
      "(SMEMBERS|SCARD) <key>",
      "SISMEMBER <key> <member>",
      "SMOVE <key> <key> <member>",
      "(SINTER|SUNION|SDIFF) <key>+",
      "(SINTERSTORE|SUNIONSTORE|SDIFFSTORE) <key> <key>+",
      "SINTERCARD <small> <key>+ [LIMIT <small>]",
      "SRANDMEMBER <key> 20",
      "SPOP <key> 20",
      "SSCAN <key> 0 [MATCH <pattern>] [COUNT 100]",
      "SET <key> a",
    ],
    unordered: ["SMEMBERS", "SINTER", "SUNION", "SDIFF", "SRANDMEMBER", "SPOP", "SSCAN"],
  },
  {
    name: "sorted sets",
    lines: [
      "ZADD <key> [NX|XX] [GT|LT] [CH] (<score> <member>)+",
      "ZADD <key> INCR <score> <member>",
      "ZINCRBY <key> <score> <member>",
      "(ZREM|ZMSCORE) <key> <member>+",
      "(ZSCORE|ZRANK|ZREVRANK) <key> <member>",
      "ZCARD <key>",
      "ZCOUNT <key> <min> <max>",
      "(ZRANGE|ZREVRANGE) <key> <index> <index> [WITHSCORES]",
      "ZRANGE <key> <min> <max> BYSCORE [LIMIT <index> <index>] [WITHSCORES]",
      "ZRANGE <key> <max> <min> BYSCORE REV [WITHSCORES]",
      "ZRANGEBYSCORE <key> <min> <max> [WITHSCORES] [LIMIT <index> <index>]",
      "ZREVRANGEBYSCORE <key> <max> <min> [WITHSCORES]",
      "ZRANGESTORE <key> <key> <index> <index> [REV]",
      "ZREMRANGEBYRANK <key> <index> <index>",
      "ZREMRANGEBYSCORE <key> <min> <max>",
      "(ZPOPMIN|ZPOPMAX) <key> [<small>]",
      "ZMPOP 2 <key> <key> (MIN|MAX) [COUNT <small>]",
      "(ZUNION|ZINTER) 2 <key> <key> [WEIGHTS <weight> <weight>] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]",
      "ZDIFF 2 <key> <key> [WITHSCORES]",
      "(ZUNIONSTORE|ZINTERSTORE) <key> 2 <key> <key> [WEIGHTS <weight> <weight>] [AGGREGATE (SUM|MIN|MAX)]",
      "ZDIFFSTORE <key> 2 <key> <key>",
      "ZINTERCARD 2 <key> <key> [LIMIT <small>]",
      "SADD <key> <member>+",
    ],
  },
  {
    // With different scores the server promises nothing.
    name: "sorted sets by name",
    lines: [
      "ZADD <key> (0 <member>)+",
      "(ZLEXCOUNT|ZREMRANGEBYLEX) <key> <lexmin> <lexmax>",
      "ZRANGE <key> <lexmin> <lexmax> BYLEX [LIMIT <index> <index>]",
      "ZRANGE <key> <lexmax> <lexmin> BYLEX REV",
      "ZRANGEBYLEX <key> <lexmin> <lexmax> [LIMIT <index> <index>]",
      "ZREVRANGEBYLEX <key> <lexmax> <lexmin>",
      "ZRANGESTORE <key> <key> <lexmin> <lexmax> BYLEX",
      "SADD <key> <member>+",
    ],
  },
  {
    name: "geo",
    // 7.0 takes distances that are scores with 17 digits.
    digest: false,
    lines: [
      "GEOADD <key> [NX|XX] [CH] (<longitude> <latitude> <member>)+",
      "(GEOPOS|GEOHASH) <key> <member>+",
      "GEODIST <key> <member> <member> [<unit>]",
      "GEOSEARCH <key> FROMMEMBER <member> BYRADIUS 300 <unit> (ASC|DESC) [COUNT <small>] [WITHDIST] [WITHCOORD]",
      "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYBOX 400 400 km ASC [WITHHASH]",
      "GEOSEARCHSTORE <key> <key> FROMLONLAT <longitude> <latitude> BYRADIUS 500 km ASC [STOREDIST]",
      "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYRADIUS 2000 km [COUNT <small>] [ANY] [WITHHASH]",
      "GEOSEARCH <key> [FROMMEMBER <member>] [BYBOX 900 9000 <unit>] [BYRADIUS 9 <unit>] [WITHDIST]",
      "(GEORADIUS|GEORADIUS_RO) <key> <longitude> <latitude> 900 <unit> [WITHDIST] [DESC]",
      "GEORADIUS <key> <longitude> <latitude> 3000 km [STORE <key>] [COUNT <small>]",
      "GEORADIUSBYMEMBER <key> <member> 1000 <unit> [STOREDIST <key>] [WITHCOORD] [WITHHASH]",
      "ZRANGE <key> 0 -1",
    ],
  },
  {
    name: "streams",
    // In 7.0 who reads or claims and finds nothing becomes no consumer.
    shown: (reply) => reply.replace(/"consumers", \(integer\) \d+/, '"consumers", some'),
    lines: [
      "XADD <key> [NOMKSTREAM] [MAXLEN [=] <small>|MINID <after>] <id> (<field> <value>)+",
      "XLEN <key>",
      "XRANGE <key> <from> <to> [COUNT <small>]",
      "XREVRANGE <key> <to> <from> [COUNT <small>]",
      "XREAD [COUNT <small>] STREAMS <key> <after>",
      "XREAD COUNT 2 STREAMS <key> <key> <after> <after>",
      "XDEL <key> <id>+",
      "XTRIM <key> (MAXLEN [=] <small>|MINID <after>)",
      "XSETID <key> <id>",
      "XGROUP CREATE <key> <group> (<after>|$) [MKSTREAM]",
      "XGROUP SETID <key> <group> (<after>|$)",
      "XGROUP DESTROY <key> <group>",
      "XGROUP (CREATECONSUMER|DELCONSUMER) <key> <group> (idle|resting)",
      "XGROUP DELCONSUMER <key> <group> <consumer>",
      "XREADGROUP GROUP <group> <consumer> [COUNT <small>] [NOACK] STREAMS <key> (>|<after>)",
      "XACK <key> <group> <id>+",
      "XPENDING <key> <group>",
      "XCLAIM <key> <group> <consumer> 0 <id>+ [FORCE] [JUSTID]",
      "XAUTOCLAIM <key> <group> <consumer> 0 <after> [COUNT <small>] [JUSTID]",
      "XINFO GROUPS <key>",
      "SET <key> a",
      "DEL <key>",
    ],
  },
  {
    name: "transactions and scripts",
    lines: [
      "MULTI",
      "EXEC",
      "DISCARD",
      "(WATCH|EXISTS) <key>+",
      "UNWATCH",
      "SWAPDB 0 3",
      "SET <key> <value>",
      "INCR <key>",
      "LPUSH <key> <value>",
      "GET <key> [<value>]",
      "NOSUCHCOMMAND <key>",
      "EVAL <script> 1 <key> <int>",
      "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0",
      "SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff",
    ],
  },
  {
    name: "DEBUG, and scripts that call it",
    before: [["DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1"]],
    words: {
      ...words,
      type: mostly(
        few("string", "integer", "double", "bignum", "null", "array", "set", "map", "attrib"),
        "verbatim",
        "true",
        "false",
        "nothing",
      ),
      calls: few(
        'return redis.call("DEBUG", "PROTOCOL", ARGV[1])',
        'redis.setresp(2) return redis.call("DEBUG", "PROTOCOL", ARGV[1])',
        'redis.setresp(3) return redis.call("DEBUG", "PROTOCOL", ARGV[1])',
        'redis.setresp(3) return type(redis.pcall("DEBUG", "PROTOCOL", ARGV[1]))',
        'return redis.call("CLIENT", "NO-EVICT", "OFF")',
        'return redis.call("ACL", "WHOAMI")',
      ),
    },
    lines: [
      "DEBUG PROTOCOL (<type>|push)",
      "DEBUG RELOAD (NOFLUSH|MERGE|nothing) nothing",
      "EVAL <calls> 1 <key> <type>",
      "(EVAL|EVAL_RO) <calls> 0 <type>",
      "DEBUG SET-DISABLE-DENY-SCRIPTS (0|1|2|-1|x)",
    ],
    // A set or a map that went through Lua has any order.
    unordered: ["EVAL", "EVAL_RO"],
  },
  {
    name: "keys that go when somebody looks for them",
    slow: true,
    before: [
      ["DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1"],
      ["DEBUG", "SET-ACTIVE-EXPIRE", "0"],
    ],
    words: {
      ...words,
      expired: few(
        'redis.call("SET", KEYS[1], "v", "PX", 1) redis.call("DEBUG", "SLEEP", "0.003") return redis.call("GET", KEYS[1])',
        'redis.call("LPUSH", KEYS[1], "v") redis.call("PEXPIRE", KEYS[1], 5) redis.call("DEBUG", "SLEEP", "0.007") return redis.call("PEXPIRETIME", KEYS[1]) > 0',
      ),
    },
    lines: [
      "EVAL <expired> 1 <key>",
      "EVAL <expired> 1 <key>",
      "DBSIZE",
      "KEYS <pattern>",
      "SCAN 0 COUNT 100 [TYPE (string|list)]",
      "(EXISTS|TOUCH|MGET|DEL) <key>+",
      "(GET|TTL|TYPE|LLEN|PERSIST|INCR|STRLEN) <key>",
      "(APPEND|RPUSH|LPUSHX|SETNX) <key> <value>",
      "(RENAMENX|COPY|RPOPLPUSH) <key> <key>",
      "EXPIRE <key> 100 [<setting>]",
      "WATCH <key>+",
      "(SWAPDB 0 3|SELECT 0|SELECT 3)",
      "MULTI",
      "EXEC",
      "(FLUSHDB|FLUSHALL)",
    ],
    unordered: ["KEYS", "SCAN"],
  },
  {
    name: "a replica whose master is out of reach",
    before: [
      ["CONFIG", "SET", "replica-serve-stale-data", "yes"],
      ["CONFIG", "SET", "replica-read-only", "yes"],
    ],
    words: {
      ...words,
      script: few(
        'return redis.call("GET", KEYS[1])',
        'return redis.call("SET", KEYS[1], "v")',
        '#!lua\nreturn redis.pcall("SET", KEYS[1], "v")',
        '#!lua flags=no-writes\nreturn redis.call("GET", KEYS[1])',
        '#!lua flags=allow-stale,no-writes\nreturn {redis.pcall("GET", KEYS[1]), redis.pcall("PING")}',
      ),
    },
    lines: [
      "(REPLICAOF|SLAVEOF) 127.0.0.1 1",
      "REPLICAOF (NO ONE|127.0.0.1 2|127.0.0.1 70000|127.0.0.1 x)",
      "CONFIG SET replica-serve-stale-data (yes|no)",
      "CONFIG SET replica-read-only (yes|no)",
      "(GET|INCR|TYPE) <key>",
      "SET <key> <value>",
      "MULTI",
      "EXEC",
      "DISCARD",
      "WATCH <key>",
      "PING",
      "ROLE",
      "WAIT 0 1",
      "EVAL <script> 1 <key>",
      "EVAL_RO <script> 1 <key>",
      "PUBLISH <key> <value>",
      "FLUSHALL",
    ],
    // How far it has come with its master, who is not there; and 7.2 tells scripts more than 7.0.
    shown: (reply) =>
      reply
        .replace(/"(?:connecting|handshake)"/, '"connect"')
        .replace(
          ", replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.",
          " and replica-serve-stale-data is set to 'no'.",
        ),
  },
];
