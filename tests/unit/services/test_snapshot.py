"""The service on libvirt's test driver: what is planned, done, told and kept."""

from __future__ import annotations

import libvirt
import pytest

from console.app import App
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Reason, UsageError
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.gateway import cloning, domains
from console.jobs.job import JobState
from console.libvirtxml.cloning import ours_in
from console.libvirtxml.metadata import VmMetadata
from tests.unit.services.conftest import named

INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE


@pytest.fixture
def web(app: App) -> VmKey:
    return named(app, "web").key


def ended(app: App, plan: SnapshotPlan) -> JobState:
    assert plan.refused == (), plan.refused
    return app.services.snapshots.run(plan).wait(10).state


def names(app: App, key: VmKey) -> list[str]:
    return [one.name for one in app.services.snapshots.facts(key).snapshots]


def test_a_snapshot_is_taken_gone_back_to_renamed_and_deleted(app: App, web: VmKey) -> None:
    service = app.services.snapshots
    assert ended(app, service.plan_take(web, TakeOrder("clean", "blank machine"))) is JobState.SUCCEEDED
    assert app.inventory.wait_for(web, lambda now: now is not None and now.snapshots == 1, 3)
    (one,) = service.facts(web).snapshots
    assert (one.name, one.description, one.current) == ("clean", "blank machine", True)
    assert (service.thumbnail(web, one) or b"").startswith(b"\x89PNG"), "the screen of that moment"
    assert "<name>clean</name>" in service.xml(web, "clean")
    assert ended(app, service.plan_take(web, TakeOrder("second"))) is JobState.SUCCEEDED
    assert ended(app, service.plan_revert(web, "clean")) is JobState.SUCCEEDED
    assert service.facts(web).current == service.facts(web).snapshot("clean")
    assert ended(app, service.plan_describe(web, "second", "later")) is JobState.SUCCEEDED
    assert ended(app, service.plan_rename(web, "clean", "blank")) is JobState.SUCCEEDED
    facts = service.facts(web)
    assert [(one.name, one.parent, one.description) for one in facts.snapshots] == [
        ("blank", "", "blank machine"),
        ("second", "blank", "later"),
    ]
    assert service.thumbnail(web, facts.snapshots[0]), "the picture went along"
    assert ended(app, service.plan_delete(web, "blank", below=True)) is JobState.SUCCEEDED
    assert names(app, web) == []
    assert service.thumbnail(web, facts.snapshots[0]) is None
    assert app.history.unfinished() == []


def test_what_is_kept_by_now_is_not_thrown_away_because_one_goes_back(app: App, web: VmKey) -> None:
    service, link = app.services.snapshots, app.gateway.link("alpha")
    cloning.set_provenance(link, web.uuid, Provenance("web", throw_away=True, expires=4e9))
    domains.set_tags(link, web.uuid, ["old"])
    assert ended(app, service.plan_take(web, TakeOrder("then"))) is JobState.SUCCEEDED
    for origin, tags in ((Provenance("web"), ["new"]), (Provenance(), [])):
        cloning.set_provenance(link, web.uuid, origin)
        domains.set_tags(link, web.uuid, tags)
        assert ended(app, service.plan_revert(web, "then")) is JobState.SUCCEEDED
        assert cloning.provenance(link, web.uuid) == origin
        wanted = {where: VmMetadata(tuple(tags), provenance=origin if tags else None) for where in (0, INACTIVE)}
        assert {where: ours_in(link.domain(web.uuid).XMLDesc(where)) for where in (0, INACTIVE)} == wanted


def test_what_somebody_else_deleted_meanwhile_is_said(app: App, web: VmKey) -> None:
    service = app.services.snapshots
    assert ended(app, service.plan_take(web, TakeOrder("clean"))) is JobState.SUCCEEDED
    plan = service.plan_revert(web, "clean")
    other = app.gateway.link("alpha").domain(web.uuid)
    other.snapshotLookupByName("clean", 0).delete(0)
    view = service.run(plan).wait(10)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.CHANGED)
    assert view.problem.detail == "snapshot-snapshot-gone:clean"


def test_a_name_that_is_taken_is_refused_at_once(app: App, web: VmKey) -> None:
    service = app.services.snapshots
    assert ended(app, service.plan_take(web, TakeOrder("clean"))) is JobState.SUCCEEDED
    plan = service.plan_take(web, TakeOrder("clean"))
    assert [say.code for say in plan.refused] == ["name-taken"]
    with pytest.raises(Conflict) as caught:
        service.run(plan)
    assert caught.value.problem.reason is Reason.EXISTS


def test_many_in_one_act_and_what_is_old_goes(app: App) -> None:
    service = app.services.snapshots
    keys = [named(app, name).key for name in ("web", "db", "mail")]
    assert service.run_many(service.plan_many(Deed.TAKE, keys, "clean", order=TakeOrder(""))).wait(10).state is (
        JobState.SUCCEEDED
    )
    assert [names(app, key) for key in keys] == [["clean"]] * 3
    many = service.plan_many(Deed.REVERT, keys, "clean")
    assert many.safety == "before-clean"
    view = service.run_many(many).wait(10)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert [names(app, key) for key in keys] == [["clean"]] * 3
    for name in ("second", "third"):
        assert ended(app, service.plan_take(keys[0], TakeOrder(name))) is JobState.SUCCEEDED
    old = service.plan_retention(keys, keep=1)
    assert [plan.lost for plan in old.plans] == [("clean", "second")]
    assert service.run_many(old).wait(10).state is JobState.SUCCEEDED
    assert names(app, keys[0]) == ["third"]
    with pytest.raises(UsageError):
        service.plan_many(Deed.RENAME, keys, "clean")


def test_the_lines_that_do_the_same(app: App, web: VmKey) -> None:
    service = app.services.snapshots
    assert service.command(service.plan_take(web, TakeOrder("a b", memory=False))) == (
        "splendid snapshot take web 'a b' --disk-only"
    ) or service.command(service.plan_take(web, TakeOrder("a b"))).startswith("splendid snapshot take web 'a b'")
    assert ended(app, service.plan_take(web, TakeOrder("clean"))) is JobState.SUCCEEDED
    assert service.command(service.plan_revert(web, "clean", branch="b")) == (
        "splendid snapshot revert web clean --branch=b"
    )
    assert service.command(service.plan_delete(web, "clean", below=True)) == (
        "splendid snapshot delete web clean --below"
    )
    assert service.command(service.plan_rename(web, "clean", "x")) == "splendid snapshot rename web clean x"
    many = service.plan_many(Deed.REVERT, [web, named(app, "db").key], "clean", branch="kept")
    assert service.command_many(many) == "splendid snapshot revert web db clean --branch=kept"


def test_a_driver_that_cannot_keep_files_apart_says_so(app: App, web: VmKey) -> None:
    plan = app.services.snapshots.plan_take(web, TakeOrder("e", kind="external"))
    assert [say.code for say in plan.refused] == ["test-external"]
    assert isinstance(app.services.snapshots.findings(web), tuple)
