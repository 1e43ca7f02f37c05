/** Policies and operator policies of virtual hosts. */
import type { VirtualHost } from "../model/contract.ts";
import {
  POLICY_TARGETS,
  type Policy,
  type PolicyKind,
  type PolicyTarget,
} from "../model/policies.ts";
import { InvalidPolicy } from "../model/policy-keys.ts";
import { erlangTerm } from "../model/erlang-term.ts";
import { type Answer, badRequest, done, noSuchObject, notFound, ok, put } from "./answer.ts";
import { asText, isObject } from "./body.ts";
import { listing } from "./listing.ts";
import { type ApiRequest, existingVhost, fields, named, vhostOf, vhostsOf } from "./request.ts";

type Route = (request: ApiRequest) => Answer;
type Given = Readonly<Record<string, unknown>>;

interface PolicyRoutes {
  readonly list: Route;
  readonly get: Route;
  readonly put: Route;
  readonly delete: Route;
}

export function policyRoutes(kind: PolicyKind): PolicyRoutes {
  const existing = (request: ApiRequest) => {
    const vhost = existingVhost(request);
    const policy = vhost.policies.list(kind).find(({ name }) => name === named(request, "name"));
    if (policy === undefined) throw noSuchObject();
    return { vhost, policy };
  };
  return {
    list(request) {
      const all = vhostsOf(request).flatMap((vhost) => policiesJson(kind, vhost));
      return ok(listing(all, request.query, ["priority"]));
    },
    get(request) {
      const { vhost, policy } = existing(request);
      return ok(policyJson(vhost, policy));
    },
    put(request) {
      const vhost = vhostOf(request);
      if (vhost === undefined) throw notFound("vhost_not_found");
      const name = named(request, "name");
      const isNew = !vhost.policies.list(kind).some((each) => each.name === name);
      const given = fields(request, ["pattern", "definition"]);
      try {
        setPolicy(kind, vhost, name, given);
      } catch (error) {
        if (!(error instanceof InvalidPolicy)) throw error;
        throw badRequest(kind === "policy" ? escapeHtml(error.message) : error.message);
      }
      return put(isNew);
    },
    delete(request) {
      const { vhost, policy } = existing(request);
      vhost.policies.delete(kind, policy.name);
      return done;
    },
  };
}

/** @throws {InvalidPolicy} */
export function setPolicy(kind: PolicyKind, vhost: VirtualHost, name: string, given: Given): void {
  const { pattern, definition, priority = 0 } = given;
  const applyTo = given["apply-to"] ?? "all";
  if (typeof priority !== "number")
    throw new InvalidPolicy(`priority should be a number, actually was ${erlangTerm(priority)}`);
  if (typeof pattern !== "string")
    throw new InvalidPolicy(`pattern should be a binary but was ${erlangTerm(pattern)}`);
  if (!isTarget(applyTo))
    throw new InvalidPolicy(
      `apply-to '${asText(applyTo)}' unrecognised; should be 'queues', 'exchanges' or 'all'`,
    );
  const settings = isObject(definition) ? definition : {};
  vhost.policies.set(kind, { name, pattern, applyTo, definition: settings, priority });
}

export function policiesJson(kind: PolicyKind, vhost: VirtualHost): readonly Given[] {
  return vhost.policies.list(kind).map((policy) => policyJson(vhost, policy));
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function isTarget(given: unknown): given is PolicyTarget {
  return POLICY_TARGETS.some((target) => target === given);
}

function policyJson(vhost: VirtualHost, policy: Policy): Given {
  const { name, pattern, applyTo, definition, priority } = policy;
  return { vhost: vhost.name, name, pattern, "apply-to": applyTo, definition, priority };
}
