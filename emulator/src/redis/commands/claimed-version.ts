/** What it claims to be: clients choose by it what they send. */
export const CLAIMED_VERSION = "7.2.5";
