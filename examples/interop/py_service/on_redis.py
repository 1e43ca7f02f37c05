"""Redis: channels, lists and streams. Headers travel in FastStream's binary envelope."""

import os
from functools import partial
from typing import Any

from faststream.redis import (
    ListSub,
    RedisBroker,
    RedisMessage,
    RedisStreamMessage,
    StreamSub,
)

from .contract import TIMEOUT, Answer, Mode, Question, answer
from .reports import heard

broker = RedisBroker(os.environ["MILLRACE_REDIS_URL"])

# So that the example leaves little behind.
MAX_LENGTH = 100


def grouped(stream: str) -> StreamSub:
    return StreamSub(stream, group="interop-py", consumer="py-service")


@broker.subscriber("interop.redis.channel.to-py")
@broker.publisher("interop.redis.channel.seen-by-py")
async def channel_note(body: Any, message: RedisMessage) -> dict[str, Any]:
    return heard("redis channel", "to-py", body, message)


@broker.subscriber("interop.redis.channel.seen-by-ts")
async def channel_seen(body: Any, message: RedisMessage) -> None:
    heard("redis channel", "seen-by-ts", body, message)


@broker.subscriber("interop.redis.channel.ask-py")
async def channel_asked(question: Question, message: RedisMessage) -> Answer:
    heard("redis channel", "ask-py", question.model_dump(), message)
    return answer(question)


@broker.subscriber(list=ListSub("interop.redis.list.to-py"))
@broker.publisher(list="interop.redis.list.seen-by-py")
async def list_note(body: Any, message: RedisMessage) -> dict[str, Any]:
    return heard("redis list", "to-py", body, message)


@broker.subscriber(list=ListSub("interop.redis.list.seen-by-ts"))
async def list_seen(body: Any, message: RedisMessage) -> None:
    heard("redis list", "seen-by-ts", body, message)


@broker.subscriber(list=ListSub("interop.redis.list.ask-py"))
async def list_asked(question: Question, message: RedisMessage) -> Answer:
    heard("redis list", "ask-py", question.model_dump(), message)
    return answer(question)


@broker.subscriber(stream=grouped("interop.redis.stream.to-py"))
@broker.publisher(stream=StreamSub("interop.redis.stream.seen-by-py", maxlen=MAX_LENGTH))
async def stream_note(body: Any, message: RedisStreamMessage) -> dict[str, Any]:
    return heard("redis stream", "to-py", body, message)


@broker.subscriber(stream=grouped("interop.redis.stream.seen-by-ts"))
async def stream_seen(body: Any, message: RedisStreamMessage) -> None:
    heard("redis stream", "seen-by-ts", body, message)


@broker.subscriber(stream=grouped("interop.redis.stream.ask-py"))
async def stream_asked(question: Question, message: RedisStreamMessage) -> Answer:
    heard("redis stream", "ask-py", question.model_dump(), message)
    return answer(question)


modes = [
    Mode(
        "redis channel",
        note=partial(broker.publish, channel="interop.redis.channel.to-ts"),
        ask=partial(broker.request, channel="interop.redis.channel.ask-ts", timeout=TIMEOUT),
    ),
    Mode(
        "redis list",
        note=partial(broker.publish, list="interop.redis.list.to-ts"),
        ask=partial(broker.request, list="interop.redis.list.ask-ts", timeout=TIMEOUT),
    ),
    Mode(
        "redis stream",
        note=partial(broker.publish, stream="interop.redis.stream.to-ts", maxlen=MAX_LENGTH),
        ask=partial(
            broker.request,
            stream="interop.redis.stream.ask-ts",
            maxlen=MAX_LENGTH,
            timeout=TIMEOUT,
        ),
    ),
]
