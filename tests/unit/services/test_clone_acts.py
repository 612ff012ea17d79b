"""Templates and what goes by itself, on the test driver; flattening is tried on real hosts (tests/lab/test_clones.py)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.acts import Act
from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import CloneKind, CloneOrder
from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, Reason
from console.fleet.snapshots.values import DiskNow, ImageFile, PoolRoom, Snapshot, SnapshotFacts
from console.fleet.storing import Plan, Weight
from console.gateway import cloning, domains
from console.jobs.job import JobState
from console.services import clone_acts
from console.services.clone_acts import ACT_CODES, refuse
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes

ALSO = {"autostart-off", "base-missing", "job-runs", "migrates", "no-room", "read-only-host"}


def codes(plan: Plan, *weights: Weight) -> set[str]:
    found = {say.code for say in plan.says}
    assert found <= ACT_CODES | ALSO
    return {say.code for say in plan.says if not weights or say.weight in weights}


@pytest.fixture
def db(app: App) -> VmKey:
    make_volumes(app, "alpha", "db.qcow2")
    return named(app, "db").key


def test_a_template_and_back(app: App, db: VmKey) -> None:
    clones = app.services.clones
    domains.set_autostart(app.gateway.link("alpha"), db.uuid, True)
    assert app.inventory.wait_for(db, lambda now: now is not None and now.autostart, 5)
    cloning.set_provenance(app.gateway.link("alpha"), db.uuid, Provenance(throw_away=True, expires=4e9))
    plan = clones.plan_template(db)
    assert plan.kind == "vm.template"
    assert codes(plan) == {"template-made", "locks-disks", "autostart-off"}
    handle = clones.run_template(db)
    view = handle.wait(10)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert view.command == "splendid template make db"
    now = app.inventory.domain(db)
    assert now is not None
    assert now.provenance == Provenance(template=True, locked=("vda",))
    assert [disk.read_only for disk in now.disks] == [True]
    assert app.inventory.wait_for(db, lambda now: now is not None and not now.autostart, 5)
    assert codes(clones.plan_template(db), Weight.STOP) == {"template-already"}
    assert app.services.power.act(Act.START, [db]).wait(10).state is JobState.FAILED
    # clones of it write their own disks
    made = clones.run(clones.plan(CloneOrder(db, ("qa",), CloneKind.LINKED))).wait(10)
    assert made.state is JobState.SUCCEEDED, made.problem
    assert [disk.read_only for disk in named(app, "qa").disks] == [False]
    back = clones.plan_template(db, on=False)
    assert codes(back, Weight.STOP) == {"base-needed"}
    assert back.refused[0].values["user"] == "qa"
    assert clones.run_template(db, on=False).wait(10).state is JobState.FAILED
    gone = app.services.delete.plan([named(app, "qa").key])
    assert app.services.delete.run(gone, gone.ticked()).wait(10).state is JobState.SUCCEEDED
    assert clones.run_template(db, on=False).wait(10).state is JobState.SUCCEEDED
    now = app.inventory.domain(db)
    assert now is not None
    assert (now.provenance, now.disks[0].read_only) == (None, False)
    assert codes(clones.plan_template(db, on=False), Weight.STOP) == {"template-not"}


def test_what_cannot_be_a_template(app: App, db: VmKey) -> None:
    clones = app.services.clones
    assert codes(clones.plan_template(named(app, "web").key), Weight.STOP) == {"vm-runs"}
    link = app.gateway.link("alpha")
    domains.start(link, db.uuid)
    domains.save(link, db.uuid)
    assert codes(clones.plan_template(db), Weight.STOP) == {"vm-saved"}
    spec = app.inventory.spec("alpha")
    assert spec is not None
    app.services.hosts.edit("alpha", replace(spec, read_only=True))
    app.gateway.wait_settled("alpha", 10)
    assert "read-only-host" in codes(clones.plan_template(db), Weight.STOP)


def test_it_goes_by_itself_or_stays(app: App, db: VmKey) -> None:
    clones = app.services.clones
    soon = time.time() + 1000
    app.throw_away.close()
    assert codes(clones.plan_keep(db, throw_away=True, expires=soon), Weight.WARNING) == {
        "keeps-throw-away",
        "keeps-until",
    }
    assert clones.run_keep(db, throw_away=True, expires=soon).wait(10).state is JobState.SUCCEEDED
    now = app.inventory.domain(db)
    assert now is not None
    assert now.provenance is not None
    assert (now.provenance.throw_away, now.provenance.expires) == (True, int(soon))
    assert codes(clones.plan_keep(db, throw_away=False)) == {"keeps-staying"}
    assert clones.run_keep(db, throw_away=False).wait(10).state is JobState.SUCCEEDED
    now = app.inventory.domain(db)
    assert now is not None
    assert now.provenance is not None
    assert not now.provenance.goes
    assert codes(clones.plan_keep(db, throw_away=False, expires=5.0), Weight.STOP) == {"keeps-past"}
    assert clones.run_keep(db, throw_away=False, expires=5.0).wait(10).state is JobState.FAILED


def test_a_base_does_not_go_by_itself(app: App, db: VmKey) -> None:
    clones = app.services.clones
    assert clones.run(clones.plan(CloneOrder(db, ("qa",), CloneKind.LINKED))).wait(10).state is JobState.SUCCEEDED
    assert codes(clones.plan_keep(db, throw_away=True), Weight.STOP) == {"base-needed"}


# flattening

TOP = ImageFile("/p/top", "p", "top", "qcow2", 1000, 100, "/p/mid")
MID = ImageFile("/p/mid", "p", "mid", "qcow2", 1000, 200, "/p/base")
BASE = ImageFile("/p/base", "p", "base", "raw", 1000, 300)
FACTS = SnapshotFacts(
    VmKey("alpha", "u"),
    "qa",
    State.OFF,
    1.0,
    (DiskNow("vda", "/p/top"), DiskNow("vdb", "/p/base"), DiskNow("sda", "/p/mid", device="cdrom")),
    files={image.path: image for image in (TOP, MID, BASE)},
    pools=(PoolRoom("p", "/p", 10_000),),
)


@pytest.mark.parametrize(
    ("more", "said", "stops"),
    [
        ({}, {"flatten", "flatten-stays-off"}, set()),
        ({"state": State.RUNNING}, {"flatten"}, set()),
        ({"snapshots": (Snapshot("s"),)}, {"flatten", "flatten-stays-off", "has-snapshots"}, {"has-snapshots"}),
        ({"pools": (PoolRoom("p", "/p", 499),)}, {"flatten", "flatten-stays-off", "no-room"}, {"no-room"}),
        ({"state": State.RUNNING, "job": "backup"}, {"flatten", "job-runs"}, {"job-runs"}),
        ({"state": State.RUNNING, "busy_disks": ("vda",)}, {"flatten", "job-runs"}, {"job-runs"}),
        ({"state": State.MIGRATING}, {"flatten", "migrates"}, {"migrates"}),
        ({"state": State.SAVED}, {"flatten", "flatten-stays-off", "vm-saved"}, {"vm-saved"}),
        ({"disks": (DiskNow("vda", "/p/base"),)}, {"flat-already"}, {"flat-already"}),
        (
            {"files": {**FACTS.files, "/p/base": replace(BASE, exists=False)}},
            {"flatten", "flatten-stays-off", "base-missing"},
            {"base-missing"},
        ),
        ({"read_only": True}, {"flatten", "flatten-stays-off", "read-only-host"}, {"read-only-host"}),
    ],
)
def test_what_flattening_takes(
    app: App, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], said: set[str], stops: set[str]
) -> None:
    monkeypatch.setattr(clone_acts, "read_facts", lambda *_: replace(FACTS, **more))
    plan = app.services.clones.plan_flatten(VmKey("alpha", "u"))
    assert codes(plan) == said
    assert codes(plan, Weight.STOP) == stops
    if not stops:
        assert plan.takes == 500, "what its bases hold"


def test_each_disk_takes_in_all_it_is_built_on(app: App, db: VmKey, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled = []

    def pull(_link: object, uuid: str, target: str, file: str, onto: str, watch: Any) -> None:
        pulled.append((uuid, target, file, onto))
        watch(1, 2)

    monkeypatch.setattr(clone_acts, "read_facts", lambda *_: replace(FACTS, key=db))
    monkeypatch.setattr(clone_acts.blockjobs, "pull", pull)
    cloning.set_provenance(app.gateway.link("alpha"), db.uuid, Provenance("base", linked=True))
    view = app.services.clones.run_flatten(db).wait(10)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert pulled == [(db.uuid, "vda", "/p/top", "/p/base")]
    assert cloning.provenance(app.gateway.link("alpha"), db.uuid) == Provenance("base")


def test_a_cancel_ends_it(app: App, db: VmKey, monkeypatch: pytest.MonkeyPatch) -> None:
    handles = []

    def pull(_link: object, _uuid: str, _target: str, _file: str, _onto: str, watch: Any) -> None:
        handles[0].cancel()
        while True:
            watch(1, 2)
            time.sleep(0.01)

    monkeypatch.setattr(clone_acts, "read_facts", lambda *_: replace(FACTS, key=db))
    monkeypatch.setattr(clone_acts.blockjobs, "pull", pull)
    original = app.jobs.submit

    def submit(*args: Any, **more: Any) -> Any:
        kind, name, body = args

        def late(job: Any) -> None:
            while not handles:
                time.sleep(0.01)
            body(job)

        return original(kind, name, late, **more)

    monkeypatch.setattr(app.jobs, "submit", submit)
    handles.append(app.services.clones.run_flatten(db))
    assert handles[0].wait(10).state is JobState.CANCELLED


def test_refusals_as_errors(app: App, db: VmKey, monkeypatch: pytest.MonkeyPatch) -> None:
    for more, reason, detail in (
        ({"snapshots": (Snapshot("s"),)}, Reason.WRONG_STATE, "clone-has-snapshots"),
        ({"pools": (PoolRoom("p", "/p", 1),)}, Reason.NO_SPACE, "p"),
    ):
        monkeypatch.setattr(clone_acts, "read_facts", lambda *_, more=more: replace(FACTS, **more))
        with pytest.raises(Conflict) as caught:
            refuse(app.services.clones.plan_flatten(db))
        assert (caught.value.problem.reason, caught.value.problem.detail) == (reason, detail)
