/**
 * Field tables as plain values that keep the type they had on the wire: RabbitMQ names it in its errors, compares it when
 * something is declared again, and sends it on unchanged. https://www.rabbitmq.com/amqp-0-9-1-errata (section 3)
 */

/** The types by RabbitMQ's own names. 64-bit integers beyond 2^53 are bigint. */
export type FieldValue =
  | { readonly type: "longstr" | "binary"; readonly value: Buffer }
  | {
      readonly type:
        | "byte"
        | "unsignedbyte"
        | "short"
        | "unsignedshort"
        | "signedint"
        | "unsignedint"
        | "float"
        | "double";
      readonly value: number;
    }
  | { readonly type: "long"; readonly value: number | bigint }
  /** Seconds since 1970. */
  | { readonly type: "timestamp"; readonly value: number | bigint }
  | { readonly type: "decimal"; readonly scale: number; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "void" }
  | { readonly type: "table"; readonly value: FieldTable }
  | { readonly type: "array"; readonly value: readonly FieldValue[] };

export type FieldType = FieldValue["type"];

/** In the order they came; of two fields with one name the last counts. */
export type FieldTable = ReadonlyMap<string, FieldValue>;

export const NO_FIELDS: FieldTable = new Map();
