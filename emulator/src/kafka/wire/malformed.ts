/** What came in is no message of Kafka's protocol: the broker says nothing and closes the connection. */
export class MalformedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MalformedError";
  }
}
