"""Volumes on the test driver: made, copied, deleted, and never where somebody needs them."""

from __future__ import annotations

import pytest

from console.app import App
from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewVolume, Prealloc
from console.jobs.job import JobState
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes

GIB = 1 << 30


def test_a_volume_is_made_copied_and_deleted(app: App) -> None:
    storage = app.services.storage
    new = storage.new_volume("alpha", "default", "new.qcow2", GIB, "", Prealloc.OFF, None)
    assert (new.format, new.allocation, new.metadata) == ("qcow2", 0, False)
    assert not storage.plan_create("alpha", "default", new).refused
    view = storage.run_create("alpha", "default", new).wait(10)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert view.command == f"splendid storage create alpha/default/new.qcow2 --size {GIB} --format qcow2"
    key = VolumeKey("alpha", "default", "new.qcow2")
    use = storage.survey().volume(key)
    assert use is not None, "the job waits until it is seen"
    assert use.orphan
    assert storage.run_clone(key, "default", "copy.qcow2").wait(10).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == {"new.qcow2", "copy.qcow2"}
    plan = storage.plan_delete([key])
    assert [say.code for say in plan.says] == ["goes"]
    assert storage.run_delete([key]).wait(10).state is JobState.SUCCEEDED
    assert volumes(app, "alpha") == {"copy.qcow2"}


def test_a_taken_name_and_too_little_room_are_refused(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2")
    storage = app.services.storage
    taken = NewVolume("db.qcow2", GIB)
    assert [say.code for say in storage.plan_create("alpha", "default", taken).refused] == ["name-taken"]
    view = storage.run_create("alpha", "default", taken).wait(10)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.EXISTS)
    huge = NewVolume("huge", 1 << 60, 1 << 60)
    assert [say.code for say in storage.plan_create("alpha", "default", huge).refused] == ["no-room"]
    promised = storage.plan_create("alpha", "default", NewVolume("thin", 1 << 60))
    assert [say.code for say in promised.warnings] == ["overpromised"]
    with pytest.raises(UsageError):
        storage.plan_create("alpha", "default", NewVolume("a/b", GIB))
    with pytest.raises(NotFound):
        storage.plan_create("alpha", "none", NewVolume("a", GIB))


def test_a_disk_of_a_vm_stays_whoever_asks(app: App) -> None:
    make_volumes(app, "alpha", "db.qcow2", "web.qcow2")
    storage = app.services.storage
    db = VolumeKey("alpha", "default", "db.qcow2")
    assert [(say.code, say.values["user"]) for say in storage.plan_delete([db]).refused] == [("disk", "db")]
    view = storage.run_delete([db]).wait(10)
    assert view.problem is not None
    assert (view.state, view.problem.reason, view.problem.detail) == (JobState.FAILED, Reason.IN_USE, "db")
    assert volumes(app, "alpha") == {"db.qcow2", "web.qcow2"}


def test_a_vm_that_took_it_since_the_last_reading_is_asked_for(app: App) -> None:
    """The host's XML counts, not only what was told: here an installation image of the next start."""
    make_volumes(app, "alpha", "free.iso")
    key = VolumeKey("alpha", "default", "free.iso")
    storage = app.services.storage
    assert not storage.plan_delete([key]).refused
    link = app.gateway.link("alpha")
    xml = app.services.look.xml(named(app, "db").key, inactive=True)
    kernel = "<kernel>/pool-alpha/free.iso</kernel></os>"
    link.conn.defineXML(xml.replace("</os>", kernel))
    assert [say.values["user"] for say in storage.plan_delete([key]).refused] == ["db"]


def test_a_base_on_which_nothing_runs(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2", "base.qcow2")
    storage = app.services.storage
    with pytest.raises(NotFound):
        storage.new_volume("alpha", "default", "top", GIB, "", Prealloc.OFF, "/pool-alpha/none")
    with pytest.raises(UsageError):
        storage.new_volume("alpha", "default", "top", GIB, "raw", Prealloc.OFF, "/pool-alpha/base.qcow2")
    storage.fresh("alpha")
    for name, codes in (("base.qcow2", []), ("web.qcow2", ["base-runs"])):
        new = NewVolume("top.qcow2", GIB, 0, "qcow2", f"/pool-alpha/{name}", "qcow2")
        assert [say.code for say in storage.plan_create("alpha", "default", new).refused] == codes


def test_several_go_together_and_free_so_much(app: App) -> None:
    make_volumes(app, "alpha", "one", "two")
    keys = [VolumeKey("alpha", "default", name) for name in ("one", "two")]
    plan = app.services.storage.plan_delete(keys)
    assert [say.code for say in plan.says] == ["goes", "goes", "frees"]
    view = app.services.storage.run_delete(keys).wait(10)
    assert (view.state, view.target) == (JobState.SUCCEEDED, "one, two")
    assert volumes(app, "alpha") == set()


def test_another_size(app: App) -> None:
    make_volumes(app, "alpha", "free.qcow2", "web.qcow2")
    storage = app.services.storage
    key = VolumeKey("alpha", "default", "free.qcow2")
    codes = {size: [say.code for say in storage.plan_resize(key, size).refused] for size in (1 << 20, 1 << 19, 1 << 21)}
    assert codes[1 << 20] == ["same-size"]
    assert "shrinks" in codes[1 << 19]
    assert codes[1 << 21] == []
    grows = storage.plan_resize(VolumeKey("alpha", "default", "web.qcow2"), 1 << 21)
    assert [say.code for say in grows.says] == ["resize", "grows-live"]
    assert "shrinks-running" in {
        say.code for say in storage.plan_resize(VolumeKey("alpha", "default", "web.qcow2"), 512, shrink=True).refused
    }
    running = storage.plan_clone(VolumeKey("alpha", "default", "web.qcow2"), "default", "copy")
    assert [say.code for say in running.refused] == ["clone-running"]


def test_lines_that_do_the_same(app: App) -> None:
    storage, key = app.services.storage, VolumeKey("alpha", "default", "a b")
    assert (
        storage.delete_line([key], not_shared=True) == "splendid storage delete 'alpha/default/a b' --yes --not-shared"
    )
    assert storage.resize_line(key, 1000, shrink=True) == "splendid storage resize 'alpha/default/a b' 1024 --shrink"
    assert storage.clone_line(key, "iso", "c") == "splendid storage clone 'alpha/default/a b' c --pool iso"


LOGICAL = """<pool type='logical'><name>vg</name><source><name>vg</name></source><target><path>/dev/vg</path></target></pool>"""


def test_a_volume_group_takes_all_at_once_and_holds_no_formats(app: App) -> None:
    make_volumes(app, "alpha", "free.qcow2")
    link = app.gateway.link("alpha")
    link.conn.storagePoolDefineXML(LOGICAL).create()
    link.touched_pools()
    storage = app.services.storage
    key = VolumeKey("alpha", "default", "free.qcow2")
    assert [say.code for say in storage.plan_clone(key, "vg", "copy").refused] == ["clone-format"]

    def known() -> bool:
        pool = storage.survey().pool("alpha", "vg")
        return pool is not None and pool.pool.active

    assert not eventually(lambda: not known(), 5)
    new = storage.new_volume("alpha", "vg", "lv", GIB, "", Prealloc.OFF, None)
    assert (new.allocation, new.format) == (GIB, ""), "less would be a thin snapshot"
    with pytest.raises(UsageError):
        storage.new_volume("alpha", "vg", "lv", GIB, "", Prealloc.OFF, "/pool-alpha/free.qcow2")
    assert storage.run_create("alpha", "vg", new).wait(10).state is JobState.SUCCEEDED
