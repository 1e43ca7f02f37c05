/** The types of RDB, version 11 and before, that are written or read here. */
export const RDB = {
  string: 0,
  list: 1,
  set: 2,
  hash: 4,
  sortedSet: 5,
  integerSet: 11,
  /** Redis 5 to 6.2's streams. */
  stream: 15,
  hashListpack: 16,
  sortedSetListpack: 17,
  quicklist: 18,
  stream7_0: 19,
  setListpack: 20,
  stream7_2: 21,
} as const;

/** What an entry of a stream's node is, as bits. */
export const ENTRY = { deleted: 1, sameNames: 2 } as const;
