from __future__ import annotations

import threading
from collections.abc import Callable

from console.app import App
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Problem, Reason
from console.gateway.connection import Link
from console.services.polling import ask_hosts
from tests.unit.services.conftest import named


def test_each_host_answers_for_its_own_and_failures_stand_in_their_place(app: App) -> None:
    keys = [named(app, name).key for name in ("web", "db", "mail")] + [VmKey("nowhere", "1")]

    def ask(link: Link, key: VmKey) -> str:
        if key == keys[1]:
            raise Conflict(Reason.WRONG_STATE, "db")
        return link.spec.id

    found = ask_hosts(app.gateway, keys, ask)
    assert list(found) == keys
    assert (found[keys[0]], found[keys[2]]) == ("alpha", "beta")
    assert [answer.reason for answer in found.values() if isinstance(answer, Problem)] == [
        Reason.WRONG_STATE,
        Reason.GONE,
    ]


def test_a_host_that_does_not_answer_holds_up_nobody_for_longer_than_the_limit(app: App) -> None:
    keys, free = [named(app, name).key for name in ("web", "mail")], threading.Event()

    def ask(link: Link, key: VmKey) -> str:
        if link.spec.id == "alpha":
            free.wait(10)
        return link.spec.id

    call: Callable[[], dict[VmKey, str | Problem]] = lambda: ask_hosts(app.gateway, keys, ask, limit=0.5)  # noqa: E731
    try:
        assert list(call().values()) == [Problem(Reason.SILENT), "beta"]
    finally:
        free.set()
