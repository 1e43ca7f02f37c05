/** The one record of a control batch that ends a transaction: https://kafka.apache.org/documentation/#controlbatch */

const ABORT = 0;
const COMMIT = 1;

export function transactionMarker(
  committed: boolean,
  coordinatorEpoch: number,
): { readonly key: Buffer; readonly value: Buffer } {
  // Key: version and type. Value: version and the coordinator's epoch.
  const key = Buffer.alloc(4);
  key.writeInt16BE(committed ? COMMIT : ABORT, 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(coordinatorEpoch, 2);
  return { key, value };
}
