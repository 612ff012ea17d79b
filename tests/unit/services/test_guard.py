"""What must not be started, on the test driver."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.acts import Act
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, Nic, State, VmKey
from console.fleet.errors import Conflict, Reason
from console.fleet.hosts import Network
from console.fleet.storing import NewVolume
from console.fleet.updates import DomainRead, NetworksRead, PoolsRead
from console.gateway import volumes
from console.services.guard import Guard
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guard(app: App, clock: Clock) -> Guard:
    make_volumes(app, "alpha", "db.qcow2")
    return Guard(app.gateway, app.inventory, clock)


def know(app: App, domain: Domain) -> None:
    """As if a host had told of a VM."""
    app.inventory.apply(DomainRead(domain.key.host, domain))


def build(app: App) -> None:
    """web's disk is built on db's."""
    new = NewVolume("web.qcow2", 1 << 20, 0, "qcow2", "/pool-alpha/db.qcow2", "qcow2")
    volumes.create(app.gateway.link("alpha"), "default", new)
    web = named(app, "web")
    know(app, replace(web, provenance=Provenance("db", f"alpha/{named(app, 'db').key.uuid}", linked=True)))


def test_nobody_is_asked_where_nobody_is_built_on_anything(
    app: App, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not eventually(lambda: not app.inventory.told("alpha", PoolsRead))
    monkeypatch.setattr(volumes, "pools", lambda *_: pytest.fail("the host was asked"))
    guard.check(Act.START, named(app, "db"))
    assert guard.needing(named(app, "db").key) == ()


def test_a_base_is_not_started(app: App, guard: Guard) -> None:
    build(app)
    for act in (Act.START, Act.RESTORE):
        with pytest.raises(Conflict) as caught:
            guard.check(act, named(app, "db"))
        assert (caught.value.problem.reason, caught.value.problem.detail) == (Reason.IN_USE, "web")
    guard.check(Act.SHUTDOWN, named(app, "db"))
    guard.check(Act.START, named(app, "web"))


def test_many_starts_ask_once_a_second(app: App, guard: Guard, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    build(app)
    asked = []
    real = volumes.pools
    monkeypatch.setattr(volumes, "pools", lambda *args: asked.append(1) or real(*args))
    for _ in range(5):
        guard.check(Act.START, named(app, "web"))
    assert len(asked) == 1
    clock.now += 1.0
    guard.check(Act.START, named(app, "web"))
    assert len(asked) == 2
    guard.forget("alpha")
    guard.check(Act.START, named(app, "web"))
    assert len(asked) == 3


def card(source: str = "lan", kind: str = "network") -> tuple[Nic, ...]:
    return (Nic("52:54:00:00:00:01", kind, source),)


def pair(app: App, other: str, nics: tuple[Nic, ...], theirs: tuple[Nic, ...], state: State = State.RUNNING) -> Domain:
    """db, and a clone of it on another host or its own, with these cards."""
    db = replace(named(app, "db"), nics=nics)
    origin = Provenance("db", f"alpha/{db.key.uuid}")
    know(app, db)
    know(app, Domain(VmKey(other, "u-clone"), "clone", state, nics=theirs, provenance=origin))
    return db


@pytest.mark.parametrize(
    ("host", "nics", "theirs", "clash"),
    [
        ("alpha", card(), card(), True),
        ("alpha", card(), card("dmz"), False),
        ("beta", card(), card(), False),  # each host has its own "lan"
        ("beta", card("br0", "bridge"), card("br0", "bridge"), True),
        ("beta", card("br0", "bridge"), card("br1", "bridge"), False),
        ("beta", card("out"), card("out"), True),  # both are bridged into br-out
        ("alpha", card(), (), False),
        ("alpha", (Nic("", "network", "lan"),), (Nic("", "network", "lan"),), False),
    ],
)
def test_one_mac_runs_once_on_a_network(
    app: App, guard: Guard, host: str, nics: tuple[Nic, ...], theirs: tuple[Nic, ...], clash: bool
) -> None:
    for each in ("alpha", "beta"):
        assert not eventually(lambda each=each: not app.inventory.told(each, NetworksRead)), "it told its own"
        out = Network("out", forward="bridge", bridge="br-out")
        app.inventory.apply(NetworksRead(each, (Network("lan", forward="nat", bridge="virbr0"), out)))
    db = pair(app, host, nics, theirs)
    check: Callable[[], None] = lambda: guard.check(Act.START, db)  # noqa: E731
    if not clash:
        check()
        return
    with pytest.raises(Conflict) as caught:
        check()
    problem = caught.value.problem
    assert (problem.reason, problem.detail) == (Reason.WRONG_STATE, "mac-runs")
    assert "clone" in problem.text


def test_clones_of_one_source_are_kept_apart_too(app: App, guard: Guard, clock: Clock) -> None:
    pair(app, "alpha", card(), card())
    origin = Provenance("db", f"alpha/{named(app, 'db').key.uuid}")
    second = Domain(VmKey("alpha", "u-2"), "second", State.OFF, nics=card(), provenance=origin)
    know(app, second)
    with pytest.raises(Conflict):
        guard.check(Act.START, second)
    know(app, Domain(VmKey("alpha", "u-clone"), "clone", State.OFF, nics=card(), provenance=origin))
    guard.check(Act.START, second)


def test_a_stranger_with_that_mac_is_not_ours_to_judge(app: App, guard: Guard) -> None:
    know(app, Domain(VmKey("alpha", "u-x"), "x", State.RUNNING, nics=card()))
    guard.check(Act.START, replace(named(app, "db"), nics=card()))


def test_a_template_is_not_started(app: App) -> None:
    know(app, replace(named(app, "db"), provenance=Provenance(template=True)))
    for act in (Act.START, Act.AUTOSTART_ON):
        view = app.services.power.act(act, [named(app, "db").key]).wait(10)
        assert view.problem is not None
        assert view.problem.detail == "template"


def test_where_nobody_read_the_pools_yet_the_host_is_asked(
    app: App, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a command line; and what is built on it was not made by us, so nothing marks it."""
    new = NewVolume("web.qcow2", 1 << 20, 0, "qcow2", "/pool-alpha/db.qcow2", "qcow2")
    volumes.create(app.gateway.link("alpha"), "default", new)
    view = app.inventory.view("alpha")
    monkeypatch.setattr(app.inventory, "told", lambda *_: False)
    monkeypatch.setattr(app.inventory, "view", lambda _host: replace(view, pools=()))
    with pytest.raises(Conflict):
        guard.check(Act.START, named(app, "db"))
