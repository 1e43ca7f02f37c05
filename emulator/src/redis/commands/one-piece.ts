/** So long, ms, may what runs in one piece keep everything else in this process waiting: DEBUG SLEEP, and a script unless more is set. */
export const ONE_PIECE_LIMIT = 5000;
