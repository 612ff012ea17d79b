"""Many small questions to one host, two at a time: over a long way each would wait for the last one's answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from console.fleet.errors import NotFound
from console.gateway.errors import calling

T = TypeVar("T")

FEW = 6  # questions that are asked one after the other
# A daemon stops listening at five open calls of one client; polling and the heartbeat want theirs.


def asked(questions: Sequence[Callable[[], T]]) -> list[T | None]:
    """The answers in order; None of what went meanwhile. Blocks. Raises the first FleetError that is no NotFound."""
    answers: list[T | None] = [None] * len(questions)
    waiting = iter(enumerate(questions))
    lock = threading.Lock()
    failed: list[BaseException] = []

    def work() -> None:
        while not failed:
            with lock:
                at, question = next(waiting, (-1, None))
            if question is None:
                return
            try:
                with calling():
                    answers[at] = question()
            except NotFound:
                continue
            except BaseException as error:
                failed.append(error)

    other = threading.Thread(target=work, name="asking", daemon=True) if len(questions) > FEW else None
    if other is not None:
        other.start()
    work()
    if other is not None:
        other.join()
    if failed:
        raise failed[0]
    return answers
