/**
 * ApiVersions, 0–4: what is answered here, read off the dispatch table. Asked in a version that is not known, it says so
 * in version 0, and which ones of its own there are (KIP-511).
 */
import { supportedFeatures } from "../model/administration/features.ts";
import { KafkaError } from "../model/errors.ts";
import { apiVersions } from "../wire/apis/api-versions.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";
import { type Row, row } from "./handling.ts";

type Response = ResponseOf<typeof apiVersions>;

const API_VERSIONS: readonly [number, number] = [0, 4];

export function apiVersionsRow(table: () => Iterable<Row>): Row {
  return row(apiVersions, API_VERSIONS, (request, { version, cluster: { features } }) => {
    if (version >= 3 && !isNamed(request))
      return { errorCode: new KafkaError("INVALID_REQUEST").code, apiKeys: [] };
    const supported = [...supportedFeatures].map(([name, [minVersion, maxVersion]]) => ({
      name,
      minVersion,
      maxVersion,
    }));
    return {
      errorCode: 0,
      apiKeys: [...table()].map(keyOf).sort((a, b) => a.apiKey - b.apiKey),
      // Clients before version 4 take a lowest level of 0 for none (KAFKA-17492).
      supportedFeatures:
        version >= 4 ? supported : supported.filter(({ minVersion }) => minVersion > 0),
      finalizedFeaturesEpoch: features.epoch,
      finalizedFeatures: [...features.inForce].map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    };
  });
}

/** The answer to a version that is not known, in version 0. */
export const unknownVersionRow: Row = row(apiVersions, [0, 0], () => {
  const [minVersion, maxVersion] = API_VERSIONS;
  const { code } = new KafkaError("UNSUPPORTED_VERSION");
  return { errorCode: code, apiKeys: [{ apiKey: apiVersions.key, minVersion, maxVersion }] };
});

function keyOf({ api, versions: [minVersion, maxVersion] }: Row): Response["apiKeys"][number] {
  return { apiKey: api.key, minVersion, maxVersion };
}

/** KIP-511 §"Validation" */
function isNamed(request: RequestOf<typeof apiVersions>): boolean {
  const { clientSoftwareName, clientSoftwareVersion } = request;
  return NAME.test(clientSoftwareName) && NAME.test(clientSoftwareVersion);
}

const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
