"""Core NATS."""

import os
from functools import partial
from typing import Any

from faststream.nats import NatsBroker, NatsMessage

from .contract import TIMEOUT, Answer, Mode, Question, answer
from .reports import heard

broker = NatsBroker(os.environ["MILLRACE_NATS_URL"])


@broker.subscriber("interop.nats.to-py", queue="interop-py")
@broker.publisher("interop.nats.seen-by-py")
async def note(body: Any, message: NatsMessage) -> dict[str, Any]:
    return heard("nats", "to-py", body, message)


@broker.subscriber("interop.nats.seen-by-ts", queue="interop-py")
async def seen(body: Any, message: NatsMessage) -> None:
    heard("nats", "seen-by-ts", body, message)


@broker.subscriber("interop.nats.ask-py", queue="interop-py")
async def asked(question: Question, message: NatsMessage) -> Answer:
    heard("nats", "ask-py", question.model_dump(), message)
    return answer(question)


modes = [
    Mode(
        "nats",
        note=partial(broker.publish, subject="interop.nats.to-ts"),
        ask=partial(broker.request, subject="interop.nats.ask-ts", timeout=TIMEOUT),
    ),
]
