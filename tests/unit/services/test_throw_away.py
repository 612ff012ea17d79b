"""Clones that go by themselves, on the test driver."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.acts import Act
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, Reason
from console.gateway import cloning, domains
from console.jobs.job import JobState
from console.services import throw_away
from console.services.throw_away import ThrowAway
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def away(app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThrowAway]:
    """Watches on its own clock; the program's own does not."""
    monkeypatch.setattr(throw_away, "LONGEST", 0.05)
    app.throw_away.close()
    make_volumes(app, "alpha", "db.qcow2", "web.qcow2")
    mine = ThrowAway(app.gateway, app.inventory, app.jobs, app.services.delete, clock)
    yield mine
    mine.close()


def mark(app: App, name: str, **origin: object) -> VmKey:
    key = named(app, name).key
    cloning.set_provenance(app.gateway.link(key.host), key.uuid, Provenance("base", **origin))  # type: ignore[arg-type]
    assert app.inventory.wait_for(key, lambda now: now is not None and now.provenance is not None, 5)
    return key


def goes(app: App, key: VmKey, seconds: float = 5.0) -> bool:
    return app.inventory.wait_for(key, lambda now: now is None, seconds)


def test_it_goes_with_its_disks_when_it_is_shut_down(app: App, away: ThrowAway) -> None:
    key = mark(app, "web", throw_away=True)
    away.watch()
    assert not goes(app, key, 0.3), "it runs"
    app.services.power.act(Act.SHUTDOWN, [key]).wait(10)
    assert goes(app, key)
    assert not eventually(lambda: "web.qcow2" in volumes(app, "alpha"))
    assert volumes(app, "alpha") == {"db.qcow2"}
    (view,) = [view for view in app.jobs.views() if view.kind == "vm.delete"]
    assert not eventually(lambda: app.jobs.view(view.id).state is not JobState.SUCCEEDED)  # type: ignore[union-attr]


def test_one_that_was_never_started_stays(app: App, away: ThrowAway) -> None:
    key = mark(app, "db", throw_away=True)
    away.watch()
    assert not goes(app, key, 0.3)
    domains.start(app.gateway.link("alpha"), key.uuid)
    assert not goes(app, key, 0.3)
    domains.destroy(app.gateway.link("alpha"), key.uuid)
    assert goes(app, key)


def test_it_goes_at_its_date_even_if_it_runs(app: App, away: ThrowAway, clock: Clock) -> None:
    key = mark(app, "web", expires=clock.now + 1000)
    away.watch()
    assert not goes(app, key, 0.3)
    clock.now += 2000
    assert goes(app, key)


def test_a_date_that_passed_while_nobody_looked(app: App, away: ThrowAway, clock: Clock) -> None:
    key = mark(app, "db", expires=clock.now - 5)
    away.watch()
    assert goes(app, key)


def test_a_mark_that_was_taken_away_meanwhile_counts(app: App, away: ThrowAway, clock: Clock) -> None:
    key = mark(app, "db", expires=clock.now + 1000)
    away.watch()
    cloning.set_provenance(app.gateway.link("alpha"), key.uuid, Provenance("base"))
    clock.now += 2000
    assert not goes(app, key, 0.3)


def test_what_is_not_marked_stays(app: App, away: ThrowAway) -> None:
    away.watch()
    key = named(app, "web").key
    domains.destroy(app.gateway.link("alpha"), key.uuid)
    assert not goes(app, key, 0.3)


def test_one_that_others_are_built_on_stays_and_is_tried_again(
    app: App, away: ThrowAway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = mark(app, "db", expires=clock.now - 5)
    real, tries = app.services.delete.plan, []

    def held(keys: object) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise Conflict(Reason.IN_USE, "db", detail="web")
        return real(keys)  # type: ignore[arg-type]

    monkeypatch.setattr(app.services.delete, "plan", held)
    away.watch()
    assert not goes(app, key, 0.3)
    assert len(tries) == 1
    clock.now += throw_away.AGAIN + 1
    assert goes(app, key)


def test_one_that_goes_back_to_a_snapshot_is_not_shut_down(app: App, away: ThrowAway) -> None:
    """Forced off with snapshots: it may be on its way back to one. Shut down by its guest it goes all the same."""
    key = mark(app, "web", throw_away=True)
    link = app.gateway.link("alpha")
    link.domain(key.uuid).snapshotCreateXML("<domainsnapshot><name>clean</name></domainsnapshot>", 0)
    link.touched(key.uuid)
    assert app.inventory.wait_for(key, lambda now: now is not None and now.snapshots == 1, 5)
    away.watch()
    domains.destroy(link, key.uuid)
    assert not goes(app, key, 0.4)
    domains.start(link, key.uuid)
    domains.shutdown(link, key.uuid)
    assert goes(app, key)


def test_what_a_job_is_about_is_left_until_it_is_over(
    app: App, away: ThrowAway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    key = mark(app, "web", throw_away=True)
    handle = app.jobs.submit("vm.revert", "web", lambda _job: over.wait(10), vms=(key,))
    away.watch()
    domains.destroy(app.gateway.link("alpha"), key.uuid)
    assert not goes(app, key, 0.4)
    over.set()
    handle.wait(5)
    clock.now += throw_away.BUSY + 1
    assert goes(app, key)


def test_a_host_that_only_looks_is_left_alone(app: App, away: ThrowAway, clock: Clock) -> None:
    key = mark(app, "db", expires=clock.now - 5)
    spec = app.inventory.spec("alpha")
    assert spec is not None
    app.services.hosts.edit("alpha", replace(spec, read_only=True))
    app.gateway.wait_settled("alpha", 10)
    away.watch()
    assert not goes(app, key, 0.4)


def test_its_thread_ends_with_the_last_of_them(app: App, away: ThrowAway) -> None:
    key = mark(app, "web", throw_away=True)
    away.watch()
    domains.destroy(app.gateway.link("alpha"), key.uuid)
    assert goes(app, key)
    assert app.inventory.domain(key) is None or app.inventory.domain(key).state is State.OFF  # type: ignore[union-attr]
