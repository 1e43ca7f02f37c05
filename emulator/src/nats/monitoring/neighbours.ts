/** /routez, /gatewayz and /leafz: this server has no neighbours. */
import { timeOf, type View } from "./query.ts";

export function routez(view: View): object {
  return { ...head(view), server_name: view.server.options.serverName, num_routes: 0, routes: [] };
}

export function gatewayz(view: View): object {
  return { ...head(view), outbound_gateways: {}, inbound_gateways: {} };
}

export function leafz(view: View): object {
  return { ...head(view), leafnodes: 0, leafs: [] };
}

function head({ server }: View): object {
  return { server_id: server.id, now: timeOf(server.context.clock.now()) };
}
