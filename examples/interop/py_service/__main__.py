"""
Starts FastStream on the brokers named on the command line, then takes orders from run.js: one JSON object a line on
stdin. Ends with stdin.
"""

import asyncio
import json
import logging
import sys
from importlib import import_module
from typing import Any

import anyio

from .contract import Mode, Question
from .reports import described, envelope, report, undescribed


async def main(names: list[str]) -> None:
    # Stdout is for reports, so the log goes to stderr.
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    sides = [import_module(f".on_{name}", __package__) for name in names]
    brokers = [side.broker for side in sides]
    modes: dict[str, Mode] = {mode.name: mode for side in sides for mode in side.modes}
    try:
        await asyncio.gather(*(broker.start() for broker in brokers))
        report("ready", modes=list(modes))
        async with anyio.create_task_group() as tasks:
            while line := await asyncio.to_thread(sys.stdin.readline):
                order = json.loads(line)
                tasks.start_soon(carry_out, modes[order["mode"]], order)
    finally:
        await asyncio.gather(*(broker.stop() for broker in brokers))


async def carry_out(mode: Mode, order: dict[str, Any]) -> None:
    options = {"headers": order["headers"], "correlation_id": order["correlationId"]}
    try:
        if order["do"] == "note":
            await mode.note(undescribed(order["body"]), **options)
            report("done", id=order["id"])
        elif mode.ask is not None:
            answer = await mode.ask(Question(**order["body"]["value"]), **options)
            body = described(await answer.decode())
            report("done", id=order["id"], answer={"body": body, **envelope(answer)})
    except Exception as error:
        report("done", id=order["id"], error=f"{type(error).__name__}: {error}")


asyncio.run(main(sys.argv[1:]))
