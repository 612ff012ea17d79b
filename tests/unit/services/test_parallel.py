"""Many are asked at once; answers come in order, the first failure in order is told."""

from __future__ import annotations

import threading

import pytest

from console.services.parallel import in_parallel


def test_answers_come_in_order_and_several_are_asked_at_once() -> None:
    barrier = threading.Barrier(4, timeout=5)

    def ask(number: int) -> int:
        if number < 4:
            barrier.wait()
        return number * 10

    assert in_parallel(range(20), ask, at_once=4) == [number * 10 for number in range(20)]
    assert in_parallel([], ask) == []
    assert in_parallel([7], ask) == [70]


def test_the_first_failure_is_told_once_all_have_ended() -> None:
    ended: list[int] = []

    def ask(number: int) -> int:
        if number in (1, 2):
            raise ValueError(number)
        ended.append(number)
        return number

    with pytest.raises(ValueError, match="1"):
        in_parallel([0, 1, 2], ask, at_once=1)
    assert ended == [0]
