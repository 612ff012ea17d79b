from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from console.app import App
from console.fleet.errors import Conflict, Reason
from console.fleet.hosts import HostSpec
from console.gateway.connection import Link
from console.gateway.streams import Aside
from console.jobs.job import Cancelled, Job
from console.services import asides
from console.services.asides import aside, until_done

Open = Callable[[dict[str, dict[str, int]]], App]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Is set when the connection is cut."""
    monkeypatch.setattr(asides, "PATIENCE", 0.05)
    return threading.Event()


@pytest.fixture
def app(open_app: Open, cut: threading.Event, monkeypatch: pytest.MonkeyPatch) -> App:
    app = open_app({"h1": {}})
    real = app.gateway.aside

    class Cuttable:
        def __init__(self, host: str) -> None:
            self.inner = real(host)

        def __enter__(self) -> Aside:
            return Aside(self.inner.__enter__().link, cut.set)

        def __exit__(self, *what: object) -> None:
            self.inner.__exit__(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(app.gateway, "aside", Cuttable)
    return app


def job() -> Job:
    return Job(1, lambda _changes: None, lambda _line: None)


def ask_end(mine: Job) -> None:
    for stop in mine.ask_end():
        threading.Thread(target=stop).start()


def test_it_is_cut_where_a_cancel_is_not_heeded(app: App, cut: threading.Event) -> None:
    mine = job()
    with aside(app.gateway, app.inventory, mine, "h1"):
        ask_end(mine)
        assert cut.wait(3)


def test_what_ends_in_time_is_not_cut(app: App, cut: threading.Event) -> None:
    mine = job()
    with aside(app.gateway, app.inventory, mine, "h1"):
        ask_end(mine)
    time.sleep(0.1)
    assert not cut.is_set()


def test_what_a_host_goes_on_with_by_itself_is_not_cut(app: App, cut: threading.Event) -> None:
    mine = job()
    with aside(app.gateway, app.inventory, mine, "h1", cancels=False):
        ask_end(mine)
        time.sleep(0.1)
        assert not cut.is_set()
        app.services.hosts.disconnect("h1")
        assert cut.wait(3), "but with its host"


def test_a_call_that_cannot_be_ended_is_waited_for_or_left() -> None:
    cut, free = threading.Event(), threading.Event()
    other = Aside(Link(HostSpec("h", "h", "test:///default"), None), cut.set)
    done: list[int] = []
    until_done(job(), other, lambda: done.append(1))
    assert (done, cut.is_set()) == ([1], False)
    with pytest.raises(Conflict):
        until_done(job(), other, lambda: (_ for _ in ()).throw(Conflict(Reason.EXISTS, "x")).send(None))
    mine = job()
    mine.ask_end()
    with pytest.raises(Cancelled):
        until_done(mine, other, lambda: free.wait(10))
    assert cut.is_set()
    free.set()
