"""MQTT 5: headers are user properties, the correlation id is the correlation data."""

import os
from collections.abc import Awaitable
from functools import partial
from typing import Any

from faststream.mqtt import MQTTBroker, MQTTMessage, QoS

from .contract import TIMEOUT, Answer, Mode, Question, answer
from .reports import heard

broker = MQTTBroker(os.environ["MILLRACE_MQTT_URL"])


@broker.subscriber("interop/mqtt/to-py", qos=QoS.AT_LEAST_ONCE)
@broker.publisher("interop/mqtt/seen-by-py", qos=QoS.AT_LEAST_ONCE)
async def note(body: Any, message: MQTTMessage) -> dict[str, Any]:
    return heard("mqtt", "to-py", body, message)


@broker.subscriber("interop/mqtt/seen-by-ts", qos=QoS.AT_LEAST_ONCE)
async def seen(body: Any, message: MQTTMessage) -> None:
    heard("mqtt", "seen-by-ts", body, message)


@broker.subscriber("interop/mqtt/ask-py", qos=QoS.AT_LEAST_ONCE)
async def asked(question: Question, message: MQTTMessage) -> Answer:
    heard("mqtt", "ask-py", question.model_dump(), message)
    return answer(question)


def ask(question: Question, **options: Any) -> Awaitable[MQTTMessage]:
    return broker.request(
        question, "interop/mqtt/ask-ts", TIMEOUT, qos=QoS.AT_LEAST_ONCE, **options
    )


modes = [
    Mode(
        "mqtt",
        note=partial(broker.publish, topic="interop/mqtt/to-ts", qos=QoS.AT_LEAST_ONCE),
        ask=ask,
    ),
]
