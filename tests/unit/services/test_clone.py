"""Clones on the test driver: planned, made all or none, and seen as a family. What only QEMU can do is tried in tests/lab."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.acts import Act
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, Macs
from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, FleetError, Reason, UsageError
from console.fleet.storage import VolumeKey
from console.fleet.storing import Say, Weight
from console.gateway import cloning, defining, domains
from console.gateway import volumes as gateway_volumes
from console.jobs.job import JobState
from console.services import clone_making
from console.services.clone import refusal
from console.services.clone_looking import Looker
from tests.contract.console_like import wait_for
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes


@pytest.fixture
def ready(app: App) -> App:
    make_volumes(app, "alpha", "db.qcow2", "web.qcow2")
    make_volumes(app, "beta", "mail.qcow2")
    app.services.hosts.refresh("alpha")
    return app


def order(app: App, *names: str, source: str = "db", **more: Any) -> CloneOrder:
    return CloneOrder(named(app, source).key, names, **more)


def codes(plan: ClonePlan, weight: Weight = Weight.STOP) -> set[str]:
    return {say.code for say in plan.says if say.weight is weight}


def test_a_full_clone(ready: App) -> None:
    clones = ready.services.clones
    plan = clones.plan(order(ready, "copy", build="4711", note="why", tags=("qa",), start=True))
    assert not plan.refused, plan.refused
    assert [(disk.deed, disk.path) for disk in plan.clones[0].disks] == [(DiskDeed.COPY, "/pool-alpha/copy-vda.qcow2")]
    assert "<name>copy</name>" in plan.clones[0].xml
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2"}, "a plan makes nothing"
    handle = clones.run(plan)
    view = handle.wait(20)
    assert view.state is JobState.SUCCEEDED, view
    assert view.command == "splendid clone db copy --build=4711 --note=why --tag=qa --start"
    (key,) = handle.result
    assert key == VmKey("alpha", plan.clones[0].uuid), "what was shown is what was made"
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2", "copy-vda.qcow2"}
    assert ready.inventory.wait_for(key, lambda now: now is not None and now.state is State.RUNNING, 5)
    made = named(ready, "copy")
    assert made.disks[0].source == "/pool-alpha/copy-vda.qcow2"
    assert made.tags == ("qa",)
    origin = made.provenance
    assert origin is not None
    assert (origin.cloned_from, origin.source, origin.build, origin.note, origin.linked) == (
        "db",
        f"alpha/{named(ready, 'db').key.uuid}",
        "4711",
        "why",
        False,
    )
    assert origin.by
    assert origin.when == pytest.approx(plan.made, abs=30)
    assert ready.history.unfinished() == []


def test_linked_clones_are_a_family_and_their_base_stays(ready: App) -> None:
    clones = ready.services.clones
    plan = clones.plan(order(ready, "a", "b", kind=CloneKind.LINKED))
    assert codes(plan) == set()
    assert "base-frozen" in codes(plan, Weight.WARNING)
    assert clones.run(plan).wait(20).state is JobState.SUCCEEDED
    made = named(ready, "a")
    assert made.provenance is not None
    assert made.provenance.linked
    link, key = ready.gateway.link("alpha"), VolumeKey("alpha", "default", "a-vda.qcow2")
    assert gateway_volumes.find(link, key).volume.backing == "/pool-alpha/db.qcow2"
    family = wait_for(lambda: clones.family(named(ready, "db").key))
    assert [kin.name for kin in family.clones] == ["a", "b"]
    assert wait_for(lambda: clones.family(made.key)) == family
    assert clones.family(named(ready, "web").key) is None
    # the base
    start = ready.services.power.act(Act.START, [named(ready, "db").key]).wait(20)
    assert start.problem is not None
    assert (start.problem.reason, start.problem.detail) == (Reason.IN_USE, "a, b")
    going = ready.services.delete.plan([named(ready, "db").key])
    assert going.vms[0].needed_by == ("a", "b")
    with pytest.raises(Conflict) as caught:
        ready.services.delete.run(going, ())
    assert caught.value.problem.detail == "a, b"
    key = VolumeKey("alpha", "default", "db.qcow2")
    said = {say.values.get("user") for say in ready.services.storage.plan_delete([key]).refused}
    assert {"a", "b"} <= said
    # a clone may be started, and all of them may go together
    assert ready.services.power.act(Act.START, [made.key]).wait(20).state is JobState.SUCCEEDED
    all_of_them = ready.services.delete.plan([named(ready, name).key for name in ("db", "a", "b")])
    assert all_of_them.held == ()
    assert ready.services.delete.run(all_of_them, all_of_them.ticked()).wait(20).state is JobState.SUCCEEDED
    assert volumes(ready, "alpha") == {"web.qcow2"}


def test_a_clone_does_not_start_beside_another_of_its_address(ready: App) -> None:
    link, key = ready.gateway.link("alpha"), named(ready, "db").key
    card = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='lan'/></interface></devices>"
    link.conn.defineXML(defining.stored(link, key.uuid).replace("</devices>", card))
    assert ready.inventory.wait_for(key, lambda now: now is not None and bool(now.nics), 5)
    clones = ready.services.clones
    more = {"macs": Macs.KEPT, "start": True}
    assert clones.run(clones.plan(order(ready, "one", **more))).wait(20).state is JobState.SUCCEEDED
    assert wait_for(lambda: named(ready, "one").state is State.RUNNING)
    view = clones.run(clones.plan(order(ready, "two", **more))).wait(20)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.WRONG_STATE, "mac-runs")
    assert named(ready, "two").state is State.OFF, "it is there, whole"
    assert ready.history.unfinished() == []


def test_to_another_host_goes_a_stream_which_the_test_driver_lacks_and_nothing_is_left(ready: App) -> None:
    clones = ready.services.clones
    plan = clones.plan(order(ready, "far", host="beta"))
    assert plan.clones[0].disks[0].deed is DiskDeed.STREAM
    view = clones.run(plan).wait(20)
    assert view.state is JobState.FAILED
    assert volumes(ready, "beta") == {"mail.qcow2"}
    assert ready.history.unfinished() == []


@pytest.mark.parametrize(
    ("names", "more", "code", "reason"),
    [
        (("web",), {}, "name-taken", Reason.EXISTS),
        (("x",), {"files": "web.qcow2"}, "file-taken", Reason.EXISTS),
        (("x",), {"pool": "none"}, "no-pool", Reason.WRONG_STATE),
        (("x",), {"snapshot": "none"}, "no-snapshot", Reason.GONE),
        (("x",), {"source": "web"}, "source-runs", Reason.WRONG_STATE),
        (("x", "y"), {"macs": Macs.KEPT, "start": True}, "", Reason.NONE),  # it has no card
    ],
)
def test_what_is_refused_is_refused_at_once(
    ready: App, names: tuple[str, ...], more: dict[str, Any], code: str, reason: Reason
) -> None:
    plan = ready.services.clones.plan(order(ready, *names, **more))
    assert codes(plan) == ({code} if code else set())
    if code:
        with pytest.raises(FleetError) as caught:
            ready.services.clones.run(plan)
        assert caught.value.problem.reason is reason


def test_no_name_or_one_twice(ready: App) -> None:
    for names in ((), ("a", "a"), ("a/b",)):
        with pytest.raises(UsageError):
            ready.services.clones.plan(order(ready, *names))


def test_a_plan_that_no_longer_holds_makes_nothing(ready: App) -> None:
    clones = ready.services.clones
    plan = clones.plan(order(ready, "late"))
    domains.start(ready.gateway.link("alpha"), named(ready, "db").key.uuid)
    view = clones.run(plan).wait(20)
    assert view.state is JobState.FAILED
    other = replace(plan, clones=(replace(plan.clones[0], name="late"),), overlay="never said")
    domains.destroy(ready.gateway.link("alpha"), named(ready, "db").key.uuid)
    view = clones.run(other).wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.CHANGED
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2"}


def test_a_file_that_is_there_meanwhile_is_not_written_over(ready: App) -> None:
    plan = ready.services.clones.plan(order(ready, "one", "two"))
    make_volumes(ready, "alpha", "two-vda.qcow2")
    view = ready.services.clones.run(plan).wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.EXISTS
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2", "two-vda.qcow2"}


@pytest.mark.parametrize("where", ["volumes.clone", "cloning.define", "volumes.create"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("kind", [CloneKind.FULL, CloneKind.LINKED])
def test_all_are_made_or_none(
    ready: App, monkeypatch: pytest.MonkeyPatch, where: str, number: int, kind: CloneKind
) -> None:
    """The n-th call of a kind fails, before or after it did something."""
    module = {"volumes": clone_making.volumes, "cloning": clone_making.cloning}[where.partition(".")[0]]
    name = where.partition(".")[2]
    real = getattr(module, name)
    calls = []

    def fails(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            real(*args, **more)
            raise Conflict(Reason.OTHER, "broken")
        return real(*args, **more)

    monkeypatch.setattr(module, name, fails)
    before = volumes(ready, "alpha")
    view = ready.services.clones.run(ready.services.clones.plan(order(ready, "a", "b", "c", kind=kind))).wait(30)
    if len(calls) < number:
        assert view.state is JobState.SUCCEEDED
        return
    assert view.state is JobState.FAILED
    assert volumes(ready, "alpha") == before
    assert {domain.name for domain in ready.inventory.domains_of("alpha")} <= {"db", "web", "a", "b", "c"}
    assert cloning.names(ready.gateway.link("alpha")) == {"db", "web"}
    assert ready.history.unfinished() == []


def test_what_is_anothers_is_not_taken_back(ready: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody makes the second file between the look and our own making of it."""
    real = clone_making.volumes.create
    pool = ready.gateway.link("alpha").conn.storagePoolLookupByName("default")

    def quicker(link: Any, to: str, new: Any) -> Any:
        if new.name == "b-vda.qcow2":
            make_volumes(ready, "alpha", "b-vda.qcow2")
        return real(link, to, new)

    monkeypatch.setattr(clone_making.volumes, "create", quicker)
    plan = ready.services.clones.plan(order(ready, "a", "b", kind=CloneKind.LINKED))
    view = ready.services.clones.run(plan).wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.EXISTS
    assert {volume.name() for volume in pool.listAllVolumes()} == {"db.qcow2", "web.qcow2", "b-vda.qcow2"}
    assert ready.history.unfinished() == []


@pytest.mark.parametrize("what", ["variables", "volume"])
def test_a_file_outside_of_pools_that_is_anothers_is_not_taken_back(
    ready: App, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """It lies where a pool is made for the moment, and is met after that."""
    looker = Looker.look

    def look(self: Any, *args: Any) -> Any:
        found = looker(self, *args)
        vm = replace(found.facts.vm, nvram="/nv/db_VARS.fd")
        if what == "volume":
            files = {path: replace(image, pool="", volume="") for path, image in vm.files.items()}
            vm = replace(vm, files=files, nvram="")
        one = replace(found.plan.clones[0], nvram="/pool-alpha/a_VARS.fd" if what == "variables" else "")
        return replace(found, facts=replace(found.facts, vm=vm), plan=replace(found.plan, clones=(one,)))

    def taken(_link: Any, source: Any, *_args: Any) -> Any:
        make_volumes(ready, "alpha", "a_VARS.fd" if what == "variables" else "a-vda.qcow2")
        raise Conflict(Reason.EXISTS, "a")

    monkeypatch.setattr(Looker, "look", look)
    monkeypatch.setattr(clone_making.cloning, "copy_file", taken)
    if what == "volume":
        monkeypatch.setattr(clone_making.volumes, "clone", taken)
    view = ready.services.clones.run(ready.services.clones.plan(order(ready, "a"))).wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.EXISTS
    theirs = "a_VARS.fd" if what == "variables" else "a-vda.qcow2"
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2", theirs}
    assert ready.history.unfinished() == []


def test_a_cancel_leaves_nothing(ready: App, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clone_making.volumes.clone
    plan = ready.services.clones.plan(order(ready, "a", "b"))
    handles = []

    def slow(*args: Any) -> Any:
        found = real(*args)
        handles[0].cancel()
        return found

    monkeypatch.setattr(clone_making.volumes, "clone", slow)
    handles.append(ready.services.clones.run(plan))
    assert handles[0].wait(20).state is JobState.CANCELLED
    assert cloning.names(ready.gateway.link("alpha")) == {"db", "web"}
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2"}


def test_a_base_that_was_started_meanwhile_is_no_base(ready: App, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clone_making.cloning.define

    def define(link: Any, uuid: str, name: str, xml: str) -> None:
        real(link, uuid, name, xml)
        domains.start(link, named(ready, "db").key.uuid)

    monkeypatch.setattr(clone_making.cloning, "define", define)
    plan = ready.services.clones.plan(order(ready, "a", kind=CloneKind.LINKED))
    view = ready.services.clones.run(plan).wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.CHANGED
    assert cloning.names(ready.gateway.link("alpha")) == {"db", "web"}


def test_a_copy_of_what_was_started_meanwhile_is_torn(ready: App, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clone_making.volumes.clone

    def clone(link: Any, *args: Any) -> Any:
        found = real(link, *args)
        if not named(ready, "db").state.active:
            domains.start(link, named(ready, "db").key.uuid)
        return found

    monkeypatch.setattr(clone_making.volumes, "clone", clone)
    view = ready.services.clones.run(ready.services.clones.plan(order(ready, "a"))).wait(20)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.CHANGED, "started")
    assert cloning.names(ready.gateway.link("alpha")) == {"db", "web"}
    assert volumes(ready, "alpha") == {"db.qcow2", "web.qcow2"}


def test_no_clone_can_be_started_before_all_copies_are_there(ready: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others may be copied from the first."""
    did = []
    for module, name in ((clone_making.volumes, "clone"), (clone_making.cloning, "define")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, real=real, name=name: did.append(name) or real(*args))
    view = ready.services.clones.run(ready.services.clones.plan(order(ready, "a", "b"))).wait(20)
    assert view.state is JobState.SUCCEEDED
    assert did == ["clone", "clone", "define", "define"]


def test_a_host_that_only_looks(ready: App) -> None:
    plan = ready.services.clones.plan(order(ready, "a"))
    spec = ready.inventory.spec("alpha")
    assert spec is not None
    ready.services.hosts.edit("alpha", replace(spec, read_only=True))
    ready.gateway.wait_settled("alpha", 10)
    assert "read-only-host" in codes(ready.services.clones.plan(order(ready, "a")))
    assert ready.services.clones.run(plan).wait(20).state is JobState.FAILED


@pytest.mark.parametrize(
    ("say", "reason", "detail"),
    [
        (Say("no-room", {"bytes": 5, "free": 1, "pool": "p"}), Reason.NO_SPACE, "p"),
        (Say("job-runs", {"job": "backup"}), Reason.IN_USE, "backup"),
        (Say("base-missing", {"path": "/p"}), Reason.GONE, "/p"),
        (Say("read-only-host", {"host": "h"}), Reason.READ_ONLY, ""),
        (Say("mac-each-other"), Reason.WRONG_STATE, "clone-mac-each-other"),
    ],
)
def test_refusals_as_errors(say: Say, reason: Reason, detail: str) -> None:
    error = refusal(say, "db")
    assert (error.problem.reason, error.problem.detail, error.what) == (reason, detail, "db")
