/** What a mirror and sources must be: the part of nats-server's checkStreamCfg that looks at other streams. */
import { isLiteralSubject, isValidSubject } from "../model/subjects.ts";
import { refusal } from "./errors.ts";
import { isStreamName, type StreamConfig, type StreamSource } from "./stream-config.ts";
import { isSubset, subjectsCollide } from "./subject-sets.ts";
import { SubjectTransform } from "./subject-transform.ts";

type Others = (name: string) => StreamConfig | undefined;

/** Gives the configuration with what a mirror takes over from its origin. @throws {ApiError} */
export function checkOrigins(config: StreamConfig, others: Others): StreamConfig {
  const checked = config.mirror === undefined ? config : checkMirror(config, config.mirror, others);
  checkSources(config, others);
  checkPrefixes(config, others);
  checkCycles(config, others);
  return checked;
}

function checkMirror(config: StreamConfig, mirror: StreamSource, others: Others): StreamConfig {
  if (config.first_seq !== undefined) throw refusal("mirrorWithFirstSeq");
  if (config.subjects !== undefined) throw refusal("mirrorWithSubjects");
  if (config.sources !== undefined) throw refusal("mirrorWithSources");
  const transforms = mirror.subject_transforms ?? [];
  if (mirror.filter_subject !== undefined && transforms.length > 0) throw refusal("mirrorFilters");
  for (const one of transforms) {
    if (!isValidSubject(one.src)) throw refusal("mirrorFilter");
    if (transforms.some((other) => other !== one && subjectsCollide(one.src, other.src)))
      throw refusal("mirrorFiltersOverlap");
  }
  if (mirror.external !== undefined) return config;
  if (!isStreamName(mirror.name)) throw refusal("mirrorName");
  const origin = others(mirror.name);
  if (origin === undefined) return config;
  if (tooSmall(config, origin)) throw refusal("mirrorMaxMessageSize");
  return { ...config, mirror_direct: origin.allow_direct };
}

function checkSources(config: StreamConfig, others: Others): void {
  const seen = new Set<string>();
  for (const source of config.sources ?? []) {
    if (!isStreamName(source.name)) throw refusal("sourceName");
    const index = sourceIndex(source);
    if (seen.has(index)) throw refusal("duplicateSource");
    seen.add(index);
    if (source.external !== undefined) continue;
    const origin = others(source.name);
    if (origin !== undefined && tooSmall(config, origin)) throw refusal("sourceMaxMessageSize");
    const transforms = source.subject_transforms ?? [];
    if (source.filter_subject !== undefined && transforms.length > 0)
      throw refusal("sourceFilters");
    for (const { dest } of transforms) {
      if (dest !== "" && !SubjectTransform.isDestination(dest)) throw refusal("sourceDestination");
    }
    for (const one of transforms) {
      if (!isValidSubject(one.src)) throw refusal("sourceFilter");
      if (transforms.some((other) => other !== one && isSubset(one.src, other.src)))
        throw refusal("sourceFiltersOverlap");
    }
  }
}

/** What makes a source one and the same: nats-server's iname. It stands in the Nats-Stream-Source header too. */
export function sourceIndex(source: StreamSource): string {
  const transforms = source.subject_transforms ?? [];
  const filters =
    transforms.length > 0
      ? transforms.map((each) => each.src || ">")
      : [source.filter_subject ?? ">"];
  const destinations = transforms.length > 0 ? transforms.map((each) => each.dest || ">") : [">"];
  const name =
    source.external === undefined ? source.name : `${source.name}:${source.external.api}`;
  return [name, filters.join("\f"), destinations.join("\f")].join(" ");
}

function checkPrefixes(config: StreamConfig, others: Others): void {
  const origins = [...(config.mirror ? [config.mirror] : []), ...(config.sources ?? [])];
  const subjects = origins
    .filter((origin) => origin.external === undefined)
    .flatMap((origin) => others(origin.name)?.subjects ?? []);
  for (const { external } of origins) {
    const prefix = external?.deliver ?? "";
    if (prefix === "") continue;
    if (!isLiteralSubject(prefix))
      throw refusal(
        "externalDeliverySubject",
        `stream external delivery prefix ${prefix} must not contain wildcards`,
      );
    const taken = subjects.find((subject) => subjectsCollide(subject, `${prefix}.${subject}`));
    if (taken !== undefined)
      throw refusal(
        "externalDeliverySubject",
        `stream external delivery prefix ${prefix} overlaps with stream subject ${taken}`,
      );
  }
  for (const { external } of origins) {
    const api = external?.api ?? "";
    if (api === "") continue;
    if (!isLiteralSubject(api))
      throw refusal(
        "invalidConfig",
        `stream external api prefix ${JSON.stringify(api)} must be a valid subject without wildcards`,
      );
    if (api === "$JS.API")
      throw refusal(
        "externalApiOverlap",
        `stream external api prefix ${api} must not overlap with $JS.API`,
      );
  }
}

/** Streams that feed themselves by way of others. */
function checkCycles(config: StreamConfig, others: Others): void {
  const visited = new Set<string>();
  const left: StreamConfig[] = [config];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    visited.add(next.name);
    const origins = [...(next.sources ?? []), ...(next.mirror ? [next.mirror] : [])];
    for (const origin of origins) {
      if (origin.external !== undefined) continue;
      if (visited.has(origin.name)) {
        const filter = origin === next.mirror ? undefined : origin.filter_subject;
        const subjects = next.subjects ?? [];
        if (filter === undefined || subjects.some((subject) => subjectsCollide(subject, filter)))
          throw refusal("invalidConfig", "detected cycle");
      } else {
        const found = others(origin.name);
        if (found !== undefined) left.push(found);
      }
    }
  }
}

function tooSmall(config: StreamConfig, origin: StreamConfig): boolean {
  return (
    config.max_msg_size > 0 && origin.max_msg_size > 0 && config.max_msg_size < origin.max_msg_size
  );
}
