"""Many hosts asked at once, for a caller that waits for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

AT_ONCE = 8


def in_parallel(items: Sequence[A], ask: Callable[[A], B], at_once: int = AT_ONCE) -> list[B]:
    """What `ask` says of each, in order. Raises what the first (in order) of them raised, once all have ended. Blocks."""
    if len(items) <= 1:
        return [ask(item) for item in items]
    found: dict[int, B] = {}
    failed: dict[int, BaseException] = {}
    left = iter(range(len(items)))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(left, None)
            if number is None or failed:
                return
            try:
                found[number] = ask(items[number])
            except Exception as error:
                failed[number] = error

    threads = [
        threading.Thread(target=work, name=f"ask-{number}", daemon=True) for number in range(min(at_once, len(items)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[min(failed)]
    return [found[number] for number in range(len(items))]
