"""What both services agree on; ts-service/contract.ts says the same in TypeScript."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from faststream.message import StreamMessage
from pydantic import BaseModel

TIMEOUT = 15.0
"""Seconds that a request waits for its answer."""


class Question(BaseModel):
    number: int
    text: str


class Answer(BaseModel):
    number: int
    text: str


def answer(question: Question) -> Answer:
    return Answer(number=question.number * 2, text=f"{question.text} — från Python")


@dataclass
class Mode:
    """One way to exchange messages: how to send a note, and how to ask the other side."""

    name: str
    note: Callable[..., Awaitable[Any]]
    """Called with the body, `headers` and `correlation_id`."""
    ask: Callable[..., Awaitable[StreamMessage[Any]]] | None = None
    """The same; resolves to the answer. None where nobody asks."""
