/** The regular expressions of permissions and policies. RabbitMQ's are PCRE: what JavaScript writes differently is said here. */

/** @throws {SyntaxError} where it cannot be read. */
export function regularExpression(pattern: string): RegExp {
  // PCRE has its flags in the pattern.
  const [flags, letters = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? [""];
  return new RegExp(pattern.slice(flags.length), letters);
}
