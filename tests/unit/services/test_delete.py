"""Deleting does what its dry run said, file by file, and nothing that somebody began to need meanwhile."""

from __future__ import annotations

import pytest

from console.app import App
from console.fleet.deletion import Hold
from console.fleet.errors import Conflict, NotFound, Reason
from console.jobs.job import JobState
from tests.unit.services.conftest import named

VOLUME = """<volume><name>{name}</name><capacity>1048576</capacity><target><format type='qcow2'/></target></volume>"""


def make_volumes(app: App, host: str, *names: str) -> None:
    pool = app.gateway.link(host).conn.storagePoolLookupByName("default")
    for name in names:
        pool.createXML(VOLUME.format(name=name))


def volumes(app: App, host: str) -> set[str]:
    pool = app.gateway.link(host).conn.storagePoolLookupByName("default")
    return {volume.name() for volume in pool.listAllVolumes()}


def test_a_vm_and_its_disk_go(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2", "other.qcow2")
    key = named(app, "db").key
    plan = app.services.delete.plan([key])
    assert plan.ticked() == {"alpha:/pool-alpha/db.qcow2"}
    assert volumes(app, "alpha") == {"db.qcow2", "other.qcow2"}  # a plan takes nothing
    view = app.services.delete.run(plan, plan.ticked()).wait(20)
    assert view.state is JobState.SUCCEEDED, view
    assert volumes(app, "alpha") == {"other.qcow2"}
    assert app.inventory.domain(key) is None


def test_what_is_not_chosen_stays(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    plan = app.services.delete.plan([named(app, "db").key])
    assert app.services.delete.run(plan, ()).wait(20).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == {"db.qcow2"}


def test_a_running_vm_is_stopped_first(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2")
    plan = app.services.delete.plan([named(app, "web").key])
    assert plan.vms[0].stops
    assert app.services.delete.run(plan, plan.ticked()).wait(20).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == set()


def test_several_on_two_hosts(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2", "db.qcow2")
    make_volumes(app, "beta", "mail.qcow2")
    plan = app.services.delete.plan([domain.key for domain in app.inventory.domains()])
    handle = app.services.delete.run(plan, plan.ticked())
    assert handle.wait(20).state is JobState.SUCCEEDED
    assert app.inventory.domains() == ()
    assert volumes(app, "alpha") | volumes(app, "beta") == set()
    assert handle.view.command.startswith("splendid vm delete ")


def test_a_disk_that_another_vm_began_to_use_stays(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    link, db = app.gateway.link("alpha"), named(app, "db")
    plan = app.services.delete.plan([db.key])
    xml = app.services.look.xml(named(app, "web").key, inactive=True)
    link.conn.defineXML(
        xml.replace("<name>web</name>", "<name>thief</name>")
        .replace(named(app, "web").key.uuid, "11111111-0000-4000-8000-000000000000")
        .replace("web.qcow2", "db.qcow2")
    )
    assert app.inventory.wait_for(
        db.key._replace(uuid="11111111-0000-4000-8000-000000000000"), lambda now: now is not None, 5
    )
    view = app.services.delete.run(plan, plan.ticked()).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason, view.problem.detail) == (JobState.FAILED, Reason.IN_USE, "thief")
    assert volumes(app, "alpha") == {"db.qcow2"}
    assert app.inventory.domain(db.key) is not None
    held = app.services.delete.plan([db.key])
    assert held.files()[0].hold is Hold.USED
    with pytest.raises(Conflict):
        app.services.delete.run(held, {held.files()[0].id})


def test_a_vm_that_vanished_since_the_plan(app: App) -> None:
    db = named(app, "db")
    plan = app.services.delete.plan([db.key])
    app.gateway.link("alpha").conn.lookupByUUIDString(db.key.uuid).undefine()
    view = app.services.delete.run(plan, plan.ticked()).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.GONE)
    with pytest.raises(NotFound):
        app.services.delete.plan([db.key])


def test_a_disk_that_a_running_vm_takes_at_its_next_start_stays(app: App) -> None:
    """What runs doesn't name it, what is stored does."""
    make_volumes(app, "alpha", "db.qcow2")
    link, web = app.gateway.link("alpha"), named(app, "web")
    xml = app.services.look.xml(web.key, inactive=True)
    more = (
        "<disk type='file' device='disk'><source file='/pool-alpha/db.qcow2'/><target dev='vdb' bus='virtio'/></disk>"
    )
    before = app.services.delete.plan([named(app, "db").key])
    assert before.ticked() == {"alpha:/pool-alpha/db.qcow2"}
    link.conn.defineXML(xml.replace("</devices>", f"{more}</devices>"))
    assert "db.qcow2" not in app.services.look.xml(web.key)
    [item] = app.services.delete.plan([named(app, "db").key]).files()
    assert (item.hold, item.used_by, item.ticked) == (Hold.LATER, ("web",), False), "the plan says so"
    view = app.services.delete.run(before, before.ticked()).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason, view.problem.detail) == (JobState.FAILED, Reason.IN_USE, "web")
    assert volumes(app, "alpha") == {"db.qcow2"}
    assert app.inventory.domain(named(app, "db").key) is not None


def test_vms_that_share_a_disk_and_go_together(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    link, web = app.gateway.link("alpha"), named(app, "web")
    xml = app.services.look.xml(web.key, inactive=True)
    link.conn.defineXML(xml.replace("web.qcow2", "db.qcow2"))
    plan = app.services.delete.plan([web.key, named(app, "db").key])
    assert app.services.delete.run(plan, plan.ticked()).wait(20).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == set()


def test_a_vm_that_was_started_since_the_plan_keeps_running_with_its_disks(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    db = named(app, "db")
    plan = app.services.delete.plan([db.key])
    assert not plan.vms[0].stops
    app.gateway.link("alpha").conn.lookupByUUIDString(db.key.uuid).create()
    view = app.services.delete.run(plan, plan.ticked()).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason, view.what) == (JobState.FAILED, Reason.WRONG_STATE, "db")
    assert volumes(app, "alpha") == {"db.qcow2"}
    assert app.gateway.link("alpha").conn.lookupByUUIDString(db.key.uuid).isPersistent()


def test_a_vm_that_stopped_by_itself_since_the_plan_goes_all_the_same(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2")
    web = named(app, "web")
    plan = app.services.delete.plan([web.key])
    app.gateway.link("alpha").conn.lookupByUUIDString(web.key.uuid).destroy()
    assert app.services.delete.run(plan, plan.ticked()).wait(20).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == set()
