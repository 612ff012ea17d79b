"""Who wants to be told of something."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

L = TypeVar("L")


class Listeners(Generic[L]):
    """Those who listen, in the order in which they came. Any thread may add, take away and go through them: each is one step of
    a list; going through them goes through those there were when it began."""

    def __init__(self) -> None:
        self._all: list[L] = []

    def add(self, listener: L) -> Callable[[], None]:
        """Returns the undo, which may be called more than once."""
        self._all.append(listener)

        def undo() -> None:
            with contextlib.suppress(ValueError):
                self._all.remove(listener)

        return undo

    def __iter__(self) -> Iterator[L]:
        return iter(tuple(self._all))
