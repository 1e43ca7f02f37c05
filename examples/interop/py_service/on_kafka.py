"""Kafka. FastStream answers requests there but has no `request`, so this service asks by hand: over a topic for answers."""

import asyncio
import os
from collections import defaultdict, deque
from functools import partial
from typing import Any

from faststream.kafka import KafkaBroker, KafkaMessage

from .contract import TIMEOUT, Answer, Mode, Question, answer
from .reports import heard

broker = KafkaBroker(os.environ["MILLRACE_KAFKA_URL"])

# What an earlier run left is read once more and means nothing to this one.
subscriber = partial(broker.subscriber, group_id="interop-py", auto_offset_reset="earliest")


@subscriber("interop.kafka.to-py")
@broker.publisher("interop.kafka.seen-by-py")
async def note(body: Any, message: KafkaMessage) -> dict[str, Any]:
    return heard("kafka", "to-py", body, message)


@subscriber("interop.kafka.seen-by-ts")
async def seen(body: Any, message: KafkaMessage) -> None:
    heard("kafka", "seen-by-ts", body, message)


@subscriber("interop.kafka.ask-py")
async def asked(question: Question, message: KafkaMessage) -> Answer:
    heard("kafka", "ask-py", question.model_dump(), message)
    return answer(question)


# By correlation id; of several with one id the oldest is answered first, since the topics keep the order.
waiting: defaultdict[str, deque[asyncio.Future[KafkaMessage]]] = defaultdict(deque)


@subscriber("interop.kafka.answers-to-py")
async def answered(message: KafkaMessage) -> None:
    futures = waiting[message.correlation_id or ""]
    if futures:
        futures.popleft().set_result(message)


async def ask(
    question: Question, *, headers: dict[str, str], correlation_id: str
) -> KafkaMessage:
    future = asyncio.get_running_loop().create_future()
    waiting[correlation_id].append(future)
    await broker.publish(
        question,
        "interop.kafka.ask-ts",
        headers=headers,
        correlation_id=correlation_id,
        reply_to="interop.kafka.answers-to-py",
    )
    return await asyncio.wait_for(future, TIMEOUT)


modes = [Mode("kafka", note=partial(broker.publish, topic="interop.kafka.to-ts"), ask=ask)]
