"""RabbitMQ: queues, reached through the default exchange, and addresses of a topic exchange."""

import os
from functools import partial
from typing import Any

from faststream.rabbit import (
    ExchangeType,
    RabbitBroker,
    RabbitExchange,
    RabbitMessage,
    RabbitQueue,
)

from .contract import TIMEOUT, Answer, Mode, Question, answer
from .reports import heard

broker = RabbitBroker(os.environ["MILLRACE_RABBITMQ_URL"])

# Where plain addresses of a RabbitmqBroker are; it is there in every virtual host.
topic = RabbitExchange("amq.topic", type=ExchangeType.TOPIC, durable=True, declare=False)


def queue(name: str) -> RabbitQueue:
    """Gone with its consumer, so that the example leaves nothing behind. Its name is what it is bound by, too."""
    return RabbitQueue(name, auto_delete=True)


@broker.subscriber(queue("interop.rabbitmq.queue.to-py"))
@broker.publisher("interop.rabbitmq.queue.seen-by-py")
async def queue_note(body: Any, message: RabbitMessage) -> dict[str, Any]:
    return heard("rabbitmq queue", "to-py", body, message)


@broker.subscriber(queue("interop.rabbitmq.queue.seen-by-ts"))
async def queue_seen(body: Any, message: RabbitMessage) -> None:
    heard("rabbitmq queue", "seen-by-ts", body, message)


@broker.subscriber(queue("interop.rabbitmq.queue.ask-py"))
async def queue_asked(question: Question, message: RabbitMessage) -> Answer:
    heard("rabbitmq queue", "ask-py", question.model_dump(), message)
    return answer(question)


@broker.subscriber(queue("interop.rabbitmq.topic.to-py"), topic)
@broker.publisher(routing_key="interop.rabbitmq.topic.seen-by-py", exchange=topic)
async def topic_note(body: Any, message: RabbitMessage) -> dict[str, Any]:
    return heard("rabbitmq topic", "to-py", body, message)


@broker.subscriber(queue("interop.rabbitmq.topic.seen-by-ts"), topic)
async def topic_seen(body: Any, message: RabbitMessage) -> None:
    heard("rabbitmq topic", "seen-by-ts", body, message)


@broker.subscriber(queue("interop.rabbitmq.topic.ask-py"), topic)
async def topic_asked(question: Question, message: RabbitMessage) -> Answer:
    heard("rabbitmq topic", "ask-py", question.model_dump(), message)
    return answer(question)


modes = [
    Mode(
        "rabbitmq queue",
        note=partial(broker.publish, queue="interop.rabbitmq.queue.to-ts"),
        ask=partial(broker.request, queue="interop.rabbitmq.queue.ask-ts", timeout=TIMEOUT),
    ),
    Mode(
        "rabbitmq topic",
        note=partial(
            broker.publish, routing_key="interop.rabbitmq.topic.to-ts", exchange=topic
        ),
        ask=partial(
            broker.request,
            routing_key="interop.rabbitmq.topic.ask-ts",
            exchange=topic,
            timeout=TIMEOUT,
        ),
    ),
]
