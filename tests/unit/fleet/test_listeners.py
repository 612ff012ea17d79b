from __future__ import annotations

from collections.abc import Callable

from console.fleet.listeners import Listeners


def test_who_listens_is_told_until_the_undo() -> None:
    listeners: Listeners[Callable[[int], object]] = Listeners()
    first: list[int] = []
    second: list[int] = []
    undo = listeners.add(first.append)
    listeners.add(second.append)
    for listener in listeners:
        listener(1)
    undo()
    undo()
    for listener in listeners:
        listener(2)
    assert (first, second) == ([1], [1, 2])


def test_one_who_leaves_while_being_told_takes_nobody_along() -> None:
    listeners: Listeners[Callable[[], object]] = Listeners()
    told: list[str] = []
    undos: list[Callable[[], None]] = []

    def leave() -> None:
        told.append("first")
        for undo in undos:
            undo()

    undos += [listeners.add(leave), listeners.add(lambda: told.append("second"))]
    for listener in listeners:
        listener()
    for listener in listeners:
        listener()
    assert told == ["first", "second"]
