"""What this service reports to run.js: one JSON object a line on stdout."""

import base64
import json
import sys
from typing import Any

from faststream.message import StreamMessage


def report(event: str, **facts: Any) -> None:
    line = json.dumps({"event": event, **facts}, ensure_ascii=True)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def heard(mode: str, at: str, body: Any, message: StreamMessage[Any]) -> dict[str, Any]:
    """Reports a message, and gives what is passed on for it."""
    report("heard", mode=mode, at=at, body=described(body), **envelope(message))
    return {"seen": described(body)}


def envelope(message: StreamMessage[Any]) -> dict[str, Any]:
    return {"headers": dict(message.headers or {}), "correlationId": message.correlation_id}


def described(body: Any) -> dict[str, Any]:
    """JSON has no bytes, and text is to be told from a JSON string."""
    if isinstance(body, bytes):
        return {"kind": "bytes", "value": base64.b64encode(body).decode()}
    if isinstance(body, str):
        return {"kind": "text", "value": body}
    return {"kind": "json", "value": body}


def undescribed(body: dict[str, Any]) -> Any:
    value = body["value"]
    return base64.b64decode(value) if body["kind"] == "bytes" else value
