"""JetStream: two streams, each declared by the side that reads it. A stream gives no answers."""

import os
from functools import partial
from typing import Any

from faststream.nats import JStream, NatsBroker, NatsMessage
from nats.js.api import DeliverPolicy, StorageType

from .contract import Mode
from .reports import heard

broker = NatsBroker(os.environ["MILLRACE_NATS_URL"])

stream = JStream(
    "interop-py",
    subjects=["interop.jetstream.to-py", "interop.jetstream.seen-by-ts"],
    # Gone with the server, so that the example leaves little behind.
    storage=StorageType.MEMORY,
)
# TypeScript declares it; a publisher would, too.
theirs = JStream("interop-ts", declare=False)


@broker.subscriber("interop.jetstream.to-py", stream=stream, deliver_policy=DeliverPolicy.NEW)
@broker.publisher("interop.jetstream.seen-by-py", stream=theirs)
async def note(body: Any, message: NatsMessage) -> dict[str, Any]:
    return heard("jetstream", "to-py", body, message)


@broker.subscriber(
    "interop.jetstream.seen-by-ts", stream=stream, deliver_policy=DeliverPolicy.NEW
)
async def seen(body: Any, message: NatsMessage) -> None:
    heard("jetstream", "seen-by-ts", body, message)


modes = [
    Mode(
        "jetstream",
        note=partial(broker.publish, subject="interop.jetstream.to-ts", stream="interop-ts"),
    ),
]
