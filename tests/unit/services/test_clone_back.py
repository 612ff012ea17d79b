"""What a killed console left of clones goes when its hosts are there, and only that."""

from __future__ import annotations

import time
from typing import Any

import pytest

from console.app import App
from console.fleet.domains import VmKey
from console.fleet.errors import Reason
from console.gateway import cloning, defining, domains
from console.jobs.job import JobState
from console.jobs.journal import Entry, Step
from console.libvirtxml.changes import renamed
from console.services import clone_back
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes
from tests.unit.services.test_half_made import killed

NEW = "99999999-0000-4000-8000-000000000001"
MIB = 1 << 20


def volume(name: str, done: bool = True, host: str = "alpha", **more: Any) -> Step:
    values = {"host": host, "pool": "default", "name": name, "path": f"/pool-{host}/{name}", "capacity": MIB}
    return Step("creating", {**values, "backing": "", **more}, done, "volume")


def domain(uuid: str = NEW, name: str = "new", done: bool = True) -> Step:
    return Step("defining", {"host": "alpha", "uuid": uuid, "name": name}, done, "domain")


def entry(app: App, *steps: Step, host: str = "alpha") -> Entry:
    return Entry("vm.clone", "db", (named(app, "db").key,), {}, steps, host=host)


def define(app: App, disk: str = "") -> VmKey:
    link = app.gateway.link("alpha")
    text = renamed(defining.stored(link, named(app, "db").key.uuid), "new", NEW)
    cloning.define(link, NEW, "new", text.replace("/pool-alpha/db.qcow2", disk or "/pool-alpha/db.qcow2"))
    key = VmKey("alpha", NEW)
    assert app.inventory.wait_for(key, lambda now: now is not None, 5)
    return key


def test_definitions_and_files_go(app: App) -> None:
    make_volumes(app, "alpha", "new-vda", "half", "other")
    key = define(app, "/pool-alpha/new-vda")
    killed(app, entry(app, volume("new-vda"), domain(), volume("half", done=False)))
    assert app.services.unfinished.found() == [], "nobody is asked"
    app.services.half_made.watch()
    assert not eventually(lambda: app.history.unfinished(), 10)
    assert volumes(app, "alpha") == {"other"}
    assert app.inventory.wait_for(key, lambda now: now is None, 5)


def test_killed_before_anything_was_made(app: App) -> None:
    killed(app, entry(app, volume("never", done=False), domain(done=False)))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert app.history.unfinished() == []


def test_what_was_anothers_stays(app: App) -> None:
    """The step before "taken" met somebody else's file."""
    make_volumes(app, "alpha", "mine", "theirs")
    killed(app, entry(app, volume("mine"), volume("theirs"), Step("taken", {}, False)))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == {"theirs"}


@pytest.mark.parametrize("odd", [{"capacity": 4096}, {"backing": "/pool-alpha/db.qcow2"}, {"path": "/elsewhere/odd"}])
def test_the_last_file_is_ours_only_where_it_is_what_was_to_be_made(app: App, odd: dict[str, Any]) -> None:
    make_volumes(app, "alpha", "mine", "odd")
    killed(app, entry(app, volume("mine"), volume("odd", done=False, **odd)))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    view = handle.wait(10)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.EXISTS)
    assert volumes(app, "alpha") == {"odd"}, "all else is gone"
    (found,) = app.services.unfinished.found()
    assert [item.volume for item in app.services.unfinished.look(found).files] == ["mine", "odd"]
    app.services.unfinished.dismiss(found)


def test_what_a_vm_needs_by_now_stays(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2", "mine")
    killed(app, entry(app, volume("mine"), volume("web.qcow2")))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    view = handle.wait(10)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.IN_USE, "web")
    assert volumes(app, "alpha") == {"web.qcow2"}


def test_one_that_somebody_started_is_theirs(app: App) -> None:
    define(app)
    domains.start(app.gateway.link("alpha"), NEW)
    killed(app, entry(app, domain()))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.FAILED
    assert cloning.defined(app.gateway.link("alpha"), NEW)


def used(app: App, how: str) -> None:
    """Somebody works with the clone, and it is off again."""
    link = app.gateway.link("alpha")
    if how == "ran":
        domains.start(link, NEW)
        domains.destroy(link, NEW)
    elif how == "kept":
        link.domain(NEW).snapshotCreateXML("<domainsnapshot><name>mine</name></domainsnapshot>", 0)
    elif how == "saved":
        domains.start(link, NEW)
        domains.save(link, NEW)


@pytest.mark.parametrize("how", ["ran", "kept", "saved", "wrote"])
def test_one_that_was_used_stays_with_its_disk_and_all_else_goes(app: App, how: str) -> None:
    make_volumes(app, "alpha", "half", "later-vda")
    pool = app.gateway.link("alpha").conn.storagePoolLookupByName("default")
    size = 300 << 10 if how == "wrote" else 200 << 10
    pool.createXML(f"<volume><name>new-vda</name><capacity>{MIB}</capacity><allocation>{size}</allocation></volume>")
    key = define(app, "/pool-alpha/new-vda")
    used(app, how)
    link = app.gateway.link("alpha")
    autostart = Step("autostart", {"host": "alpha", "uuid": named(app, "db").key.uuid}, True, "autostart")
    linked = volume("new-vda", backing="/pool-alpha/db.qcow2")
    later = volume("later-vda")
    killed(app, entry(app, linked, domain(), later, domain("99999999-0000-4000-8000-000000000002"), autostart))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    view = handle.wait(10)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.WRONG_STATE, "clone-used")
    assert cloning.defined(link, NEW)
    assert volumes(app, "alpha") == {"new-vda", "half"}
    found = app.inventory.domain(named(app, "db").key)
    assert found is not None
    assert not found.autostart, "it is a base still"
    assert app.inventory.domain(key) is not None
    assert app.history.unfinished(), "a person has to look"


def test_a_copy_is_ended_by_its_files(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be another's, which was quicker."""
    ended = []
    monkeypatch.setattr(clone_back.backup, "abort", lambda _link, uuid, into: ended.append((uuid, into)))
    uuid = named(app, "web").key.uuid
    copying = Step("backing-up", {"host": "alpha", "uuid": uuid}, False, "backup")
    killed(app, entry(app, volume("a"), volume("b"), copying))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert ended == [(uuid, {"/pool-alpha/a", "/pool-alpha/b"})]


def test_variables_that_are_a_vms_by_now_stay(app: App) -> None:
    """A clone was renamed, and its old name is free: its file is not."""
    make_volumes(app, "alpha", "new_VARS.fd")
    link = app.gateway.link("alpha")
    text = renamed(defining.stored(link, named(app, "db").key.uuid), "prod", NEW)
    cloning.define(link, NEW, "prod", text.replace("/pool-alpha/db.qcow2", "/pool-alpha/new_VARS.fd"))
    killed(app, entry(app, Step("variables", {"host": "alpha", "path": "/pool-alpha/new_VARS.fd"}, False, "file")))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    view = handle.wait(10)
    assert volumes(app, "alpha") == {"new_VARS.fd"}
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.IN_USE, "prod")


def test_a_linked_one_that_was_reset_is_ours_although_it_was_written(app: App) -> None:
    pool = app.gateway.link("alpha").conn.storagePoolLookupByName("default")
    pool.createXML(f"<volume><name>new-vda</name><capacity>{MIB}</capacity><allocation>{MIB}</allocation></volume>")
    define(app, "/pool-alpha/new-vda")
    reset = Step("resetting", {"host": "alpha", "uuid": NEW})
    killed(app, entry(app, volume("new-vda"), domain(), reset))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == set()


def test_it_waits_for_all_hosts_it_is_about(app: App) -> None:
    make_volumes(app, "alpha", "middle")
    make_volumes(app, "beta", "end")
    killed(app, entry(app, volume("middle"), volume("end", host="beta"), host="beta"))
    app.services.hosts.disconnect("alpha")
    app.services.half_made.watch()
    time.sleep(0.3)
    assert app.history.unfinished()
    assert volumes(app, "beta") == {"end"}
    app.services.hosts.connect("alpha")
    assert not eventually(lambda: app.history.unfinished(), 10)
    assert volumes(app, "alpha") == volumes(app, "beta") == set()


def test_a_host_that_left_the_fleet_is_for_a_person(app: App) -> None:
    killed(app, entry(app, volume("x", host="gone"), host="gone"))
    (found,) = app.services.unfinished.found()
    assert app.services.half_made.hopeless(found)


def test_autostart_and_pools_are_as_they_were(app: App) -> None:
    link = app.gateway.link("alpha")
    left = cloning.held(link, "/left/x", f"{cloning.PASSING}7")
    left.__enter__()
    key = named(app, "db").key
    steps = (
        Step("pool", {"host": "alpha", "name": f"{cloning.PASSING}7"}, True, "pool"),
        Step("variables", {"host": "alpha", "path": "/left/new.fd"}, True, "file"),
        Step("autostart", {"host": "alpha", "uuid": key.uuid}, True, "autostart"),
        Step("going-back", {"host": "alpha", "uuid": NEW}, True, "records"),
    )
    killed(app, entry(app, *steps))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert [pool.name() for pool in link.conn.listAllStoragePools(0)] == ["default"]
    assert app.inventory.wait_for(key, lambda now: now is not None and now.autostart, 5)
