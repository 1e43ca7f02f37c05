/** One way to prove who one is: tokens go back and forth until somebody is known. RFC 4422. */
export interface Mechanism {
  /** The answer to a client's token. @throws {SaslFailure} */
  evaluate(token: Buffer): Buffer;
  /** Who it is, when it is known. */
  readonly proven: Proven | null;
}

export interface Proven {
  readonly user: string;
  /** When the proof ends, ms since 1970; null where it lasts. */
  readonly expires: number | null;
}

/** The client is not who it says, or says it wrongly. */
export class SaslFailure extends Error {
  /** Whether the client is told these words; else only that its credentials are wrong. */
  readonly isTold: boolean;

  constructor(message: string, { isTold = false }: { readonly isTold?: boolean } = {}) {
    super(message);
    this.isTold = isTold;
  }
}
