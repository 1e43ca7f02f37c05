/** SaslHandshake and SaslAuthenticate where nobody is asked to log in; else a connection's login answers them itself. */
import { KafkaError } from "../../model/errors.ts";
import { saslAuthenticate } from "../../wire/apis/sasl-authenticate.ts";
import { saslHandshake } from "../../wire/apis/sasl-handshake.ts";
import { type Row, row } from "../handling.ts";

const errorCode = new KafkaError("ILLEGAL_SASL_STATE").code;

export const saslRows: readonly Row[] = [
  row(saslHandshake, [0, 1], () => ({ errorCode, mechanisms: [] })),
  row(saslAuthenticate, [0, 2], () => ({
    errorCode,
    errorMessage: "SaslAuthenticate request received after successful authentication",
    authBytes: Buffer.alloc(0),
  })),
];
