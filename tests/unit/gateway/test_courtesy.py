"""The window's turn."""

from __future__ import annotations

import threading
import time

from console.gateway import courtesy
from console.gateway.courtesy import Courtesy


def test_nobody_waits_without_a_turn() -> None:
    turn = Courtesy()
    start = time.monotonic()
    for _ in range(1000):
        turn.give_way()
    assert time.monotonic() - start < courtesy.PATIENCE


def test_others_wait_until_the_turn_ends() -> None:
    turn = Courtesy()
    turn.take()
    done: list[str] = []

    def work() -> None:
        turn.give_way()
        done.append("work")

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(courtesy.PATIENCE / 4)
    done.append("window")
    turn.leave()
    worker.join()
    assert done == ["window", "work"]


def test_a_turn_that_is_never_given_back_is_forgotten() -> None:
    turn = Courtesy()
    turn.take()
    turn.take()
    start = time.monotonic()
    turn.give_way()
    assert time.monotonic() - start >= courtesy.PATIENCE * 0.9
    start = time.monotonic()
    turn.give_way()
    assert time.monotonic() - start < courtesy.PATIENCE / 2
    turn.leave()
    turn.take()  # a new one counts again
    start = time.monotonic()
    turn.give_way()
    assert time.monotonic() - start >= courtesy.PATIENCE * 0.9
