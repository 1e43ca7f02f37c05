/**
 * How commands are written, for COMMAND DOCS: redis-cli shows it while somebody types. https://redis.io/docs/latest/commands/
 *
 * `key value`: arguments by name, strings where no type follows a colon. `EX`: a word as it is, in quotes where it is not in
 * capitals; `CH=change`: under another name; `EX seconds`: before an argument. `[GET]`: may be left out. `(NX|XX):condition`:
 * one of them. `(field value):data`: together. `key*`: several; `**`: each with its word. `~`: how it is shown.
 */

/** Commands by syntax. */
const SYNTAX: Readonly<Record<string, string>> = {
  "[category]": "acl|cat",
  "username*": "acl|deluser",
  "username command [arg*]": "acl|dryrun",
  "[bits:integer]": "acl|genpass",
  username: "acl|getuser",
  "[(count:integer|RESET):operation]": "acl|log",
  "username [rule*]": "acl|setuser",
  "key value": "append getset setnx",
  "[username] password": "auth",
  "[SCHEDULE]": "bgsave",
  "key [(start:integer end:integer [(BYTE|BIT):unit]):range]": "bitcount",
  "key [(GET (encoding offset:integer):get-block|([OVERFLOW (WRAP|SAT|FAIL):overflow-block] (SET (encoding offset:integer value:integer):set-block|INCRBY (encoding offset:integer increment:integer):incrby-block):write-operation):write):operation*]":
    "bitfield",
  "key [GET (encoding offset:integer):get-block**]": "bitfield_ro",
  "(AND|OR|XOR|NOT):operation destkey:key key*": "bitop",
  "key bit:integer [(start:integer [(end:integer [(BYTE|BIT):unit]):end-unit-block]):range]":
    "bitpos",
  "source:key destination:key (LEFT|RIGHT):wherefrom (LEFT|RIGHT):whereto timeout:double": "blmove",
  "timeout:double numkeys:integer key* (LEFT|RIGHT):where [COUNT count:integer]": "blmpop",
  "key* timeout:double": "blpop brpop bzpopmax bzpopmin",
  "source:key destination:key timeout:double": "brpoplpush",
  "timeout:double numkeys:integer key* (MIN|MAX):where [COUNT count:integer]": "bzmpop",
  "(YES|NO):mode": "client|caching",
  "(old-format~ip:port|([ID client-id:integer]|[TYPE ('normal'|'master'|'slave'|'replica'|'pubsub'):client-type]|[USER username]|[ADDR addr~ip:port]|[LADDR laddr~ip:port]|[SKIPME (YES|NO):skipme]):new-format*):filter":
    "client|kill",
  "[TYPE ('normal'|'master'|'replica'|'pubsub'):client-type] [ID client-id:integer*]":
    "client|list",
  "(ON|OFF):enabled": "client|no-evict client|no-touch",
  "timeout:integer [(WRITE|ALL):mode]": "client|pause",
  "(ON|OFF|SKIP):action": "client|reply",
  "('lib-name' libname|'lib-ver' libver):attr": "client|setinfo",
  "connection-name": "client|setname",
  "(ON|OFF):status [REDIRECT client-id:integer] [PREFIX prefix**] [BCAST=BCAST] [OPTIN=OPTIN] [OPTOUT=OPTOUT] [NOLOOP=NOLOOP]":
    "client|tracking",
  "client-id:integer [(TIMEOUT|ERROR):unblock-type]": "client|unblock",
  "node-id": "cluster|count-failure-reports cluster|replicas cluster|slaves",
  "slot:integer": "cluster|countkeysinslot",
  "slot:integer count:integer": "cluster|getkeysinslot",
  "key:string": "cluster|keyslot",
  "[(HARD|SOFT):reset-type]": "cluster|reset",
  "[command-name*]": "command|docs command|info",
  "command [arg*]": "command|getkeys command|getkeysandflags",
  "[FILTERBY (MODULE module-name|ACLCAT category|PATTERN pattern:pattern):filterby]":
    "command|list",
  "parameter*": "config|get",
  "(parameter value):data*": "config|set",
  "source:key destination:key [DB destination-db:integer] [REPLACE]": "copy",
  key: "decr dump expiretime get getdel hgetall hkeys hlen hvals incr llen object|encoding object|freq object|idletime object|refcount persist pexpiretime pttl scard smembers strlen ttl type xinfo|groups xlen zcard",
  "key decrement:integer": "decrby",
  "key*": "del exists mget pfcount sdiff sinter sunion touch unlink watch",
  message: "echo",
  "script numkeys:integer [key*] [arg*]": "eval eval_ro",
  "sha1 numkeys:integer [key*] [arg*]": "evalsha evalsha_ro",
  "key seconds:integer [(NX|XX|GT|LT):condition]": "expire",
  "key unix-time-seconds:unix-time [(NX|XX|GT|LT):condition]": "expireat",
  "function numkeys:integer [key*] [arg*]": "fcall fcall_ro",
  "[(ASYNC|SYNC):flush-type]": "flushall flushdb function|flush script|flush",
  "library-name": "function|delete",
  "[LIBRARYNAME library-name-pattern] [WITHCODE]": "function|list",
  "[REPLACE] function-code": "function|load",
  "serialized-value [(FLUSH|APPEND|REPLACE):policy]": "function|restore",
  "key [(NX|XX):condition] [CH=change] (longitude:double latitude:double member):data*": "geoadd",
  "key member1 member2 [('m'|'km'|'ft'|'mi'):unit]": "geodist",
  "key [member*]": "geohash geopos",
  "key longitude:double latitude:double radius:double ('m'|'km'|'ft'|'mi'):unit [WITHCOORD] [WITHDIST] [WITHHASH] [(COUNT count:integer [ANY]):count-block] [(ASC|DESC):order] [(STORE storekey:key~key|STOREDIST storedistkey:key~key):store]":
    "georadius",
  "key longitude:double latitude:double radius:double ('m'|'km'|'ft'|'mi'):unit [WITHCOORD] [WITHDIST] [WITHHASH] [(COUNT count:integer [ANY]):count-block] [(ASC|DESC):order]":
    "georadius_ro",
  "key member radius:double ('m'|'km'|'ft'|'mi'):unit [WITHCOORD] [WITHDIST] [WITHHASH] [(COUNT count:integer [ANY]):count-block] [(ASC|DESC):order] [(STORE storekey:key~key|STOREDIST storedistkey:key~key):store]":
    "georadiusbymember",
  "key member radius:double ('m'|'km'|'ft'|'mi'):unit [WITHCOORD] [WITHDIST] [WITHHASH] [(COUNT count:integer [ANY]):count-block] [(ASC|DESC):order]":
    "georadiusbymember_ro",
  "key (FROMMEMBER member|FROMLONLAT (longitude:double latitude:double):fromlonlat):from ((BYRADIUS radius:double ('m'|'km'|'ft'|'mi'):unit):circle|(BYBOX width:double height:double ('m'|'km'|'ft'|'mi'):unit):box):by [(ASC|DESC):order] [(COUNT count:integer [ANY]):count-block] [WITHCOORD] [WITHDIST] [WITHHASH]":
    "geosearch",
  "destination:key source:key (FROMMEMBER member|FROMLONLAT (longitude:double latitude:double):fromlonlat):from ((BYRADIUS radius:double ('m'|'km'|'ft'|'mi'):unit):circle|(BYBOX width:double height:double ('m'|'km'|'ft'|'mi'):unit):box):by [(ASC|DESC):order] [(COUNT count:integer [ANY]):count-block] [STOREDIST]":
    "geosearchstore",
  "key offset:integer": "getbit",
  "key [(EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|PERSIST):expiration]":
    "getex",
  "key start:integer end:integer": "getrange substr",
  "key field*": "hdel hmget",
  "[(protover:integer [AUTH (username password):auth] [SETNAME clientname]):arguments]": "hello",
  "key field": "hexists hget hstrlen",
  "key field increment:integer": "hincrby",
  "key field increment:double": "hincrbyfloat",
  "key (field value):data*": "hmset hset",
  "key [(count:integer [WITHVALUES]):options]": "hrandfield",
  "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]": "hscan sscan zscan",
  "key field value": "hsetnx",
  "key increment:integer": "incrby",
  "key increment:double": "incrbyfloat",
  "[section*]": "info",
  "pattern:pattern": "keys",
  event: "latency|graph latency|history",
  "[COMMAND:string*]": "latency|histogram",
  "[event*]": "latency|reset",
  "key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]": "lcs",
  "key index:integer": "lindex",
  "key (BEFORE|AFTER):where pivot element": "linsert",
  "source:key destination:key (LEFT|RIGHT):wherefrom (LEFT|RIGHT):whereto": "lmove",
  "numkeys:integer key* (LEFT|RIGHT):where [COUNT count:integer]": "lmpop",
  "[VERSION version:integer]": "lolwut",
  "key [count:integer]": "lpop rpop spop srandmember zpopmax zpopmin",
  "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]": "lpos",
  "key element*": "lpush lpushx rpush rpushx",
  "key start:integer stop:integer": "lrange ltrim zremrangebyrank",
  "key count:integer element": "lrem",
  "key index:integer element": "lset",
  "key [SAMPLES count:integer]": "memory|usage",
  "path [arg*]": "module|load",
  "path [CONFIG (name value):configs**] [ARGS args*]": "module|loadex",
  name: "module|unload",
  "key db:integer": "move",
  "(key value):data*": "mset msetnx",
  "key milliseconds:integer [(NX|XX|GT|LT):condition]": "pexpire",
  "key unix-time-milliseconds:unix-time [(NX|XX|GT|LT):condition]": "pexpireat",
  "key [element*]": "pfadd",
  "subcommand key": "pfdebug",
  "destkey:key [sourcekey:key*]": "pfmerge",
  "[message]": "ping",
  "key milliseconds:integer value": "psetex",
  "pattern:pattern*": "psubscribe",
  "channel message": "publish",
  "[pattern:pattern]": "pubsub|channels pubsub|shardchannels",
  "[channel*]": "pubsub|numsub unsubscribe",
  "[shardchannel*]": "pubsub|shardnumsub sunsubscribe",
  "[pattern:pattern*]": "punsubscribe",
  "key newkey:key": "rename renamenx",
  "((host port:integer):host-port|(NO=no ONE):no-one):args": "replicaof slaveof",
  "key ttl:integer serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:integer] [FREQ frequency:integer]":
    "restore",
  "source:key destination:key": "rpoplpush",
  "key member*": "sadd smismember srem zmscore zrem",
  "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]": "scan",
  "(YES|SYNC|NO):mode": "script|debug",
  "sha1*": "script|exists",
  script: "script|load",
  "destination:key key*": "sdiffstore sinterstore sunionstore",
  "index:integer": "select",
  "key value [(NX|XX):condition] [GET] [(EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|KEEPTTL):expiration]":
    "set",
  "key offset:integer value:integer": "setbit",
  "key seconds:integer value": "setex",
  "key offset:integer value": "setrange",
  "[(NOSAVE|SAVE):save-selector] [NOW] [FORCE] [ABORT]": "shutdown",
  "numkeys:integer key* [LIMIT limit:integer]": "sintercard zintercard",
  "key member": "sismember zscore",
  "[count:integer]": "slowlog|get",
  "source:key destination:key member": "smove",
  "key [BY by-pattern:pattern~pattern] [LIMIT (offset:integer count:integer):limit] [GET get-pattern:pattern~pattern**] [(ASC|DESC):order] [ALPHA=sorting] [STORE destination:key]":
    "sort",
  "key [BY by-pattern:pattern~pattern] [LIMIT (offset:integer count:integer):limit] [GET get-pattern:pattern~pattern**] [(ASC|DESC):order] [ALPHA=sorting]":
    "sort_ro",
  "shardchannel message": "spublish",
  "shardchannel*": "ssubscribe",
  "channel*": "subscribe",
  "index1:integer index2:integer": "swapdb",
  "numreplicas:integer timeout:integer": "wait",
  "numlocal:integer numreplicas:integer timeout:integer": "waitaof",
  "key group ID:string*": "xack",
  "key [NOMKSTREAM] [((MAXLEN|MINID):strategy [(==equal|~=approximately):operator] threshold [LIMIT count:integer]):trim] (*=auto-id|id):id-selector (field value):data*":
    "xadd",
  "key group consumer min-idle-time start [COUNT count:integer] [JUSTID]": "xautoclaim",
  "key group consumer min-idle-time ID:string* [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID lastid]":
    "xclaim",
  "key ID:string*": "xdel",
  "key group (id|$=new-id):id-selector [MKSTREAM] [ENTRIESREAD entries-read:integer]":
    "xgroup|create",
  "key group consumer": "xgroup|createconsumer xgroup|delconsumer",
  "key group": "xgroup|destroy xinfo|consumers",
  "key group (id|$=new-id):id-selector [ENTRIESREAD entriesread:integer~entries-read]":
    "xgroup|setid",
  "key [(FULL=full [COUNT count:integer]):full-block]": "xinfo|stream",
  "key group [([IDLE min-idle-time:integer] start end count:integer [consumer]):filters]":
    "xpending",
  "key start end [COUNT count:integer]": "xrange",
  "[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS (key* ID:string*):streams": "xread",
  "GROUP (group consumer):group-block [COUNT count:integer] [BLOCK milliseconds:integer] [NOACK] STREAMS (key* ID:string*):streams":
    "xreadgroup",
  "key end start [COUNT count:integer]": "xrevrange",
  "key last-id [ENTRIESADDED entries-added:integer] [MAXDELETEDID max-deleted-id]": "xsetid",
  "key ((MAXLEN|MINID):strategy [(==equal|~=approximately):operator] threshold [LIMIT count:integer]):trim":
    "xtrim",
  "key [(NX|XX):condition] [(GT|LT):comparison] [CH=change] [INCR=increment] (score:double member):data*":
    "zadd",
  "key min:double max:double": "zcount zremrangebyscore",
  "numkeys:integer key* [WITHSCORES]": "zdiff",
  "destination:key numkeys:integer key*": "zdiffstore",
  "key increment:integer member": "zincrby",
  "numkeys:integer key* [WEIGHTS weight:integer*] [AGGREGATE (SUM|MIN|MAX):aggregate] [WITHSCORES]":
    "zinter zunion",
  "destination:key numkeys:integer key* [WEIGHTS weight:integer*] [AGGREGATE (SUM|MIN|MAX):aggregate]":
    "zinterstore zunionstore",
  "key min max": "zlexcount zremrangebylex",
  "numkeys:integer key* (MIN|MAX):where [COUNT count:integer]": "zmpop",
  "key [(count:integer [WITHSCORES]):options]": "zrandmember",
  "key start stop [(BYSCORE|BYLEX):sortby] [REV] [LIMIT (offset:integer count:integer):limit] [WITHSCORES]":
    "zrange",
  "key min max [LIMIT (offset:integer count:integer):limit]": "zrangebylex",
  "key min:double max:double [WITHSCORES] [LIMIT (offset:integer count:integer):limit]":
    "zrangebyscore",
  "dst:key src:key min max [(BYSCORE|BYLEX):sortby] [REV] [LIMIT (offset:integer count:integer):limit]":
    "zrangestore",
  "key member [WITHSCORE]": "zrank zrevrank",
  "key start:integer stop:integer [WITHSCORES]": "zrevrange",
  "key max min [LIMIT (offset:integer count:integer):limit]": "zrevrangebylex",
  "key max:double min:double [WITHSCORES] [LIMIT (offset:integer count:integer):limit]":
    "zrevrangebyscore",
};

const COMPLEXITY: Readonly<Record<string, string>> = {
  "O(1)":
    "acl|cat acl|deluser acl|dryrun acl|genpass acl|help acl|whoami append asking bgrewriteaof bgsave bitfield bitfield_ro blmove brpoplpush client|caching client|getname client|getredir client|help client|id client|info client|no-evict client|no-touch client|pause client|reply client|setinfo client|setname client|tracking client|trackinginfo cluster|bumpepoch cluster|countkeysinslot cluster|help cluster|info cluster|myid cluster|myshardid cluster|saveconfig command|count command|help config|help config|resetstat config|rewrite dbsize decr decrby dump echo expire expireat expiretime function|delete function|help function|kill function|load function|stats geodist geohash geopos get getbit getdel getex getset hello hexists hget hincrby hincrbyfloat hlen hscan hset hsetnx hstrlen incr incrby incrbyfloat info lastsave latency|doctor latency|graph latency|help latency|history latency|latest latency|reset llen lmove lpush lpushx memory|doctor memory|help memory|stats module|load module|loadex module|unload move multi object|encoding object|freq object|help object|idletime object|refcount persist pexpire pexpireat pexpiretime pfadd pfcount ping psetex pttl pubsub|help pubsub|numpat quit randomkey readonly readwrite rename renamenx replicaof reset restore role rpoplpush rpush rpushx sadd scan scard script|debug script|help script|kill select set setbit setex setnx setrange sismember slaveof slowlog|help slowlog|len smove spop srandmember sscan strlen time ttl type unlink unwatch wait waitaof watch xack xadd xautoclaim xdel xgroup|create xgroup|createconsumer xgroup|delconsumer xgroup|help xgroup|setid xinfo|consumers xinfo|groups xinfo|help xinfo|stream xlen xsetid zcard zscan zscore",
  "O(K)": "bzmpop zmpop",
  "O(L + (N-K)log(N))": "zdiff zdiffstore",
  "O(M)": "xreadgroup",
  "O(M*log(N))": "zrem",
  "O(N)":
    "acl|getuser acl|list acl|load acl|log acl|save acl|setuser acl|users auth bitcount bitop bitpos blpop brpop client|kill client|list client|unpause cluster|count-failure-reports cluster|getkeysinslot cluster|keyslot cluster|links cluster|nodes cluster|replicas cluster|reset cluster|shards cluster|slaves cluster|slots command|docs command|getkeys command|getkeysandflags command|info command|list command config|get config|set copy del discard exists flushall flushdb function|dump function|flush function|list function|restore getrange hdel hgetall hkeys hmget hmset hrandfield hvals keys latency|histogram lindex linsert lpop lpos lset ltrim memory|usage mget module|list mset msetnx pfmerge psubscribe pubsub|channels pubsub|numsub pubsub|shardchannels pubsub|shardnumsub punsubscribe rpop save script|exists script|flush script|load sdiff sdiffstore shutdown slowlog|get slowlog|reset smembers smismember spublish srem ssubscribe subscribe substr sunion sunionstore sunsubscribe swapdb touch unsubscribe xgroup|destroy xpending xrange xrevrange xtrim zmscore zrandmember zunion zunionstore",
  "O(N*K)": "zinter zintercard zinterstore",
  "O(N*M)": "lcs sinter sintercard sinterstore",
  "O(N+M)": "blmpop lmpop lrem publish",
  "O(N+M*log(M))": "sort sort_ro",
  "O(N+log(M))":
    "georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore",
  "O(S+N)": "lrange",
  "O(log N)": "client|unblock xclaim",
  "O(log(N))": "bzpopmax bzpopmin geoadd zadd zcount zincrby zlexcount zrank zrevrank",
  "O(log(N)*M)": "zpopmax zpopmin",
  "O(log(N)+M)":
    "zrange zrangebylex zrangebyscore zrangestore zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore",
};

/** `name` as in `client|list`; undefined where there is nothing to write behind it. */
export const syntaxOf: (name: string) => string | undefined = finder(SYNTAX);

/** How its time grows, where that is known of it. */
export const complexityOf: (name: string) => string | undefined = finder(COMPLEXITY);

/** Turned round when first asked, which most never do. */
function finder(table: Readonly<Record<string, string>>): (name: string) => string | undefined {
  let found: ReadonlyMap<string, string> | undefined;
  return (name) => (found ??= byCommand(table)).get(name);
}

function byCommand(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([text, names]) =>
      names.split(" ").map((name): [string, string] => [name, text]),
    ),
  );
}
