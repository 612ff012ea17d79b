"""What a killed deletion left is named, and taken up again to the end that was wanted."""

from __future__ import annotations

from console.app import App
from console.fleet.domains import VmKey
from console.jobs.job import JobState
from console.jobs.journal import Entry, JobStore, this_console
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes

DISK = "/pool-alpha/db.qcow2"


def left_by_another(app: App, key: VmKey, *paths: str) -> None:
    """A journal entry as a console leaves it that was killed in the middle of a deletion."""
    store = JobStore(app.options.profile.jobs_database, console=":".join([*this_console().split(":")[:-1], "0"]))
    store.write_entry(777, Entry("vm.delete", "db", (key,), {"files": list(paths)}))
    assert store.close(5)


def test_files_of_a_vm_that_is_gone(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    key = named(app, "db").key
    app.gateway.link("alpha").conn.lookupByUUIDString(key.uuid).undefine()
    assert app.inventory.wait_for(key, lambda now: now is None, 5)
    left_by_another(app, key, DISK, "/pool-alpha/gone.qcow2")
    (found,) = app.services.unfinished.found()
    look = app.services.unfinished.look(found)
    assert (look.there, [item.path for item in look.files], look.nothing_left) == (False, [DISK], False)
    assert app.services.unfinished.take_up(look).wait(20).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == set()
    assert app.services.unfinished.found() == []


def test_a_vm_that_is_still_there(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    key = named(app, "db").key
    left_by_another(app, key, DISK)
    (found,) = app.services.unfinished.found()
    look = app.services.unfinished.look(found)
    assert look.there
    assert app.services.unfinished.take_up(look).wait(20).state is JobState.SUCCEEDED
    assert app.inventory.domain(key) is None
    assert volumes(app, "alpha") == set()
    assert app.services.unfinished.found() == []


def test_a_file_that_somebody_uses_by_now_stays(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2")
    left_by_another(app, VmKey("alpha", "99999999-0000-4000-8000-000000000000"), "/pool-alpha/web.qcow2")
    (found,) = app.services.unfinished.found()
    view = app.services.unfinished.take_up(app.services.unfinished.look(found)).wait(20)
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert view.problem.detail == "web"
    assert volumes(app, "alpha") == {"web.qcow2"}


def test_a_file_that_a_running_vm_takes_at_its_next_start_stays(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    link, web = app.gateway.link("alpha"), named(app, "web")
    link.conn.defineXML(app.services.look.xml(web.key, inactive=True).replace("web.qcow2", "db.qcow2"))
    key = named(app, "db").key
    link.conn.lookupByUUIDString(key.uuid).undefine()
    assert app.inventory.wait_for(key, lambda now: now is None, 5)
    left_by_another(app, key, DISK)
    (found,) = app.services.unfinished.found()
    view = app.services.unfinished.take_up(app.services.unfinished.look(found)).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.detail) == (JobState.FAILED, "web")
    assert volumes(app, "alpha") == {"db.qcow2"}


def test_a_host_that_is_off_leaves_only_the_journal(app: App) -> None:
    left_by_another(app, named(app, "mail").key, "/pool-beta/mail.qcow2")
    app.services.hosts.disconnect("beta")
    (found,) = app.services.unfinished.found()
    look = app.services.unfinished.look(found)
    assert look.problem is not None
    assert not look.nothing_left
    app.services.unfinished.dismiss(found)
    assert app.services.unfinished.found() == []
