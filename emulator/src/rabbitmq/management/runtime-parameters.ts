/**
 * Parameters of components: shovels, federation, limits. No component of this server has any, and one that is not there
 * takes none.
 */
import { type Answer, badRequest, noSuchObject, notFound, ok } from "./answer.ts";
import { type ApiRequest, existingVhost, fields, named, vhostOf } from "./request.ts";

export function listParameters(request: ApiRequest): Answer {
  if (request.parameters["vhost"] !== undefined) existingVhost(request);
  return ok([]);
}

export function getParameter(): Answer {
  throw noSuchObject();
}

export function putParameter(request: ApiRequest): Answer {
  if (vhostOf(request) === undefined) throw notFound("vhost_not_found");
  fields(request, ["value"]);
  const component = named(request, "component");
  if (component === "policy") throw badRequest("policies may not be set using this method");
  throw badRequest(`Validation failed\n\ncomponent ${component} not found\n`);
}
