/** What is told of a queue. What the real server samples (rates, memory, utilisation) is not. */
import type { Queue, QueueType, VirtualHost } from "../model/contract.ts";
import { tableToJson } from "./field-json.ts";
import type { ApiRequest } from "./request.ts";

export function queueJson(
  request: ApiRequest,
  vhost: VirtualHost,
  queue: Queue,
): Readonly<Record<string, unknown>> {
  const { name, type } = queue;
  const { policy, operatorPolicy, definition } = vhost.policies.ofQueue(name, type);
  return {
    name,
    vhost: vhost.name,
    type,
    durable: queue.durable,
    auto_delete: queue.autoDelete,
    exclusive: queue.owner !== null,
    arguments: tableToJson(queue.arguments),
    node: request.broker.node,
    state: "running",
    policy: policy?.name ?? null,
    operator_policy: operatorPolicy?.name ?? null,
    effective_policy_definition: definition,
    consumers: queue.consumers.length,
    ...countsOf(queue),
    ...OF_TYPE[type](queue, request.broker.node),
  };
}

/** What is read of a stream has never left it. */
function countsOf({ type, messageCount: ready, unsettledCount }: Queue): Counts {
  const unsettled = type === "stream" ? 0 : unsettledCount;
  return {
    messages: ready + unsettled,
    messages_ready: ready,
    messages_unacknowledged: unsettled,
  };
}

interface Counts {
  readonly messages: number;
  readonly messages_ready: number;
  readonly messages_unacknowledged: number;
}

/** Of several queues. */
export function totalOf(queues: readonly Queue[]): Counts {
  return queues.map(countsOf).reduce(
    (sum, each) => ({
      messages: sum.messages + each.messages,
      messages_ready: sum.messages_ready + each.messages_ready,
      messages_unacknowledged: sum.messages_unacknowledged + each.messages_unacknowledged,
    }),
    { messages: 0, messages_ready: 0, messages_unacknowledged: 0 },
  );
}

function bytesOf({ messageBytes: ready, unsettledBytes: unsettled }: Queue): object {
  return {
    message_bytes: ready + unsettled,
    message_bytes_ready: ready,
    message_bytes_unacknowledged: unsettled,
  };
}

const OF_TYPE: Readonly<Record<QueueType, (queue: Queue, node: string) => object>> = {
  classic: (queue) => ({
    ...bytesOf(queue),
    exclusive_consumer_tag: queue.consumers.find(({ exclusive }) => exclusive)?.tag ?? null,
    single_active_consumer_tag: queue.activeConsumer?.tag ?? null,
    head_message_timestamp: queue.peek(1)[0]?.message.content.properties.timestamp ?? null,
  }),
  quorum: (queue, node) => ({
    leader: node,
    members: [node],
    online: [node],
    ...bytesOf(queue),
    single_active_consumer_ctag: queue.activeConsumer?.tag ?? null,
  }),
  stream: (queue, node) => ({
    members: [node],
    online: [node],
    readers: { [node]: queue.consumers.length },
  }),
};
