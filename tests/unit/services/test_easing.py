"""A guest that may have been left frozen goes on as soon as its host is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from console.app import App
from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.gateway import snapshots
from console.jobs.journal import Entry
from console.jobs.journal import Step as Begun
from console.services import easing
from console.services.easing import frozen_in
from console.services.snapshot_record import Before, Kept, entry_of
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_half_made import killed


def entry(key: VmKey, at: int = 1, frozen: bool = True) -> Entry:
    """Of a take that was cut off at a step."""
    steps = (Step(Op.CHECK), Step(Op.CREATE, "vda", "/b", "/a", ("s",)), Step(Op.REDEFINE, names=("s",)))
    plan = SnapshotPlan(key, "web", Deed.TAKE, "s", 1.0, steps=steps, order=TakeOrder("s", freeze=True))
    made = entry_of(Kept((plan,), (Before(active=True, frozen=frozen),), Deed.TAKE), "web")
    begun = Begun(f"snapshot.{steps[at].op}", {"vm": 0, "at": at})
    return Entry(made.kind, made.target, made.vms, made.values, (begun,))


def hearing(told: list[str]) -> Callable[..., bool]:
    """An agent that hears."""

    def thaw(_link: object, uuid: str, **_how: bool) -> bool:
        told.append(uuid)
        return True

    return thaw


def test_who_may_be_frozen() -> None:
    key = VmKey("h", "u")
    assert frozen_in(entry(key)) == {key}
    assert frozen_in(entry(key, at=2)) == frozenset(), "libvirt's call had returned"
    assert frozen_in(entry(key, frozen=False)) == frozenset()
    assert frozen_in(Entry("vm.delete", "web", (key,), {})) == frozenset()
    assert frozen_in(Entry("snapshot.take", "web", (key,), {"kept": "{}"})) == frozenset()


def test_it_is_told_to_go_on_when_its_host_is_there(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(snapshots, "thaw", hearing(told))
    mail = named(app, "mail").key
    app.services.hosts.disconnect("beta")
    killed(app, entry(mail))
    mine = app.services.snapshots.easing
    mine.watch()
    assert told == []
    app.services.hosts.connect("beta")
    assert not eventually(lambda: told != [mail.uuid], 10)
    mine.close()
    (item,) = app.services.unfinished.found()
    assert item.entry.kind == "snapshot.take", "what is left of the snapshot is a person's business"


def test_one_of_this_console_is_waited_for_too(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(snapshots, "thaw", hearing(told))
    web = named(app, "web").key
    app.services.snapshots.easing.watch()
    app.services.hosts.disconnect("alpha")
    app.services.snapshots.easing.expect(entry(web))
    app.services.hosts.connect("alpha")
    assert not eventually(lambda: told != [web.uuid], 10)


def test_an_agent_that_does_not_hear_is_told_again(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def thaw(_link: object, uuid: str, *, sure: bool = False) -> bool:
        told.append(uuid)
        return len(told) > 2

    monkeypatch.setattr(snapshots, "thaw", thaw)
    monkeypatch.setattr(easing, "AGAIN", 0.05)
    mail = named(app, "mail").key
    killed(app, entry(mail))
    app.services.snapshots.easing.watch()
    assert not eventually(lambda: told != [mail.uuid] * 3, 10)
    app.services.snapshots.easing.close()
