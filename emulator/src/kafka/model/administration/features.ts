/**
 * What the cluster can do in more than one way, and which is in force: https://kafka.apache.org/documentation/#upgrade_servers,
 * KIP-584. As Kafka 3.9 has them, with the consumer groups of KIP-848 switched on. `transaction.version` is not offered:
 * clients would leave out AddPartitionsToTxn (KIP-890, part 2).
 */
import { KafkaError } from "../errors.ts";

type Level = number;

/** From where to where each may be set. */
export const supportedFeatures: ReadonlyMap<string, readonly [Level, Level]> = new Map([
  ["group.version", [0, 1]],
  ["kraft.version", [0, 1]],
  ["metadata.version", [1, 21]],
]);

const METADATA = "metadata.version";
/** The first that had features at all is 3.3-IV0; what came until 3.7-IV2 cannot be taken back. */
const LOWEST_METADATA = 4;
const LAST_METADATA_CHANGE = 17;

export type UpdateKind = "upgrade" | "safe downgrade" | "unsafe downgrade" | "unknown";

export interface FeaturesSnapshot {
  readonly levels: ReadonlyMap<string, Level>;
  readonly epoch: number;
}

export class Features {
  readonly #controller: number;
  #levels: ReadonlyMap<string, Level> = new Map([
    ["group.version", 1],
    [METADATA, 21],
  ]);
  #epoch = 1;

  /** `controller`: the node that refuses, for messages. */
  constructor(controller: number) {
    this.#controller = controller;
  }

  /** Those above 0. */
  get inForce(): ReadonlyMap<string, Level> {
    return this.#levels;
  }

  /** Goes up with each update. */
  get epoch(): number {
    return this.#epoch;
  }

  level(name: string): Level {
    return this.#levels.get(name) ?? 0;
  }

  /** @throws {KafkaError} INVALID_UPDATE_VERSION */
  check(name: string, level: Level, kind: UpdateKind): void {
    const refuse = (why: string): never => {
      throw new KafkaError(
        "INVALID_UPDATE_VERSION",
        `Invalid update version ${level} for feature ${name}. ${why}`,
      );
    };
    if (kind === "unknown") refuse("The controller does not support the given upgrade type.");
    if (level < 0) refuse("A feature version cannot be less than 0.");
    const [lowest, highest] = supportedFeatures.get(name) ?? [0, 0];
    const who = `Local controller ${this.#controller}`;
    if (level < lowest || level > highest)
      refuse(
        highest === 0
          ? `${who} does not support this feature.`
          : `${who} only supports versions ${lowest}-${highest}`,
      );
    const current = this.level(name);
    if (level < current && kind === "upgrade")
      refuse(
        "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
      );
    if (level > current && kind !== "upgrade") refuse("Can't downgrade to a newer version.");
    if (name === METADATA && level < current) checkMetadataDowngrade(level, kind);
  }

  set(name: string, level: Level): void {
    const levels = new Map(this.#levels);
    if (level === 0) levels.delete(name);
    else levels.set(name, level);
    this.#levels = levels;
    this.#epoch++;
  }

  snapshot(): FeaturesSnapshot {
    return { levels: this.#levels, epoch: this.#epoch };
  }

  /** Clients take a lower epoch for older news: it goes up. */
  restore({ levels, epoch }: FeaturesSnapshot): void {
    this.#levels = levels;
    this.#epoch = Math.max(this.#epoch + 1, epoch);
  }
}

function checkMetadataDowngrade(level: Level, kind: UpdateKind): void {
  const refuse = (why: string): never => {
    throw new KafkaError("INVALID_UPDATE_VERSION", `Invalid metadata.version ${level}. ${why}`);
  };
  if (level < LOWEST_METADATA) refuse("Unable to set a metadata.version less than 3.3-IV0");
  if (level >= LAST_METADATA_CHANGE) return;
  if (kind === "unsafe downgrade")
    refuse("Unsafe metadata downgrade is not supported in this version.");
  refuse(
    "Refusing to perform the requested downgrade because it might delete metadata information.",
  );
}
