"""What a killed transfer left goes by itself, and only that."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.app import App
from console.fleet.storage import VolumeKey
from console.gateway import volumes as gateway_volumes
from console.jobs.job import JobState
from console.jobs.journal import Entry, JobStore, Step, this_console
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes, volumes


def killed(app: App, entry: Entry, job: int = 778) -> None:
    """Leaves a journal entry as a console does that was killed."""
    store = JobStore(app.options.profile.jobs_database, console=":".join([*this_console().split(":")[:-1], "0"]))
    store.write_entry(job, entry)
    assert store.close(5)


def upload(name: str, step: str = "sending", host: str = "alpha", capacity: int = 1 << 20) -> Entry:
    values = {"born": "", "path": f"/pool-{host}/{name}"} if step == "sending" else {}
    steps = (Step(step, dict(values), undo="remove"),)
    return Entry("volume.upload", name, (), {"pool": "default", "capacity": capacity}, steps, host=host)


def test_a_half_made_volume_goes_when_its_host_is_live(app: App) -> None:
    make_volumes(app, "alpha", "half", "other")
    killed(app, upload("half"))
    assert app.services.unfinished.found() == [], "nobody is asked: it is taken back by itself"
    app.services.half_made.watch()
    assert not eventually(lambda: app.history.unfinished(), 10)
    assert volumes(app, "alpha") == {"other"}
    (view,) = [view for view in app.jobs.views() if view.kind == "volume.clean"]
    assert (view.target, view.state) == ("half", JobState.SUCCEEDED)


def test_it_waits_for_a_host_that_is_away(app: App) -> None:
    make_volumes(app, "beta", "half")
    killed(app, upload("half", host="beta"))
    app.services.hosts.disconnect("beta")
    app.services.half_made.watch()
    assert [item.entry.target for item in app.services.half_made.found()] == ["half"]
    app.services.hosts.connect("beta")
    assert not eventually(lambda: app.history.unfinished(), 10)


def test_what_a_vm_needs_by_now_stays_and_a_person_is_asked(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2")
    killed(app, upload("web.qcow2"))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    view = handle.wait(10)
    assert view.problem is not None
    assert (view.state, view.problem.detail) == (JobState.FAILED, "web")
    assert volumes(app, "alpha") == {"web.qcow2"}
    (found,) = app.services.unfinished.found()
    left = app.services.unfinished.look(found)
    assert [item.path for item in left.files] == ["/pool-alpha/web.qcow2"]
    assert left.key.host == "alpha"
    assert app.services.unfinished.take_up(left).wait(10).state is JobState.FAILED
    app.services.unfinished.dismiss(found)
    assert app.services.unfinished.found() == []


def test_a_volume_that_is_another_stays(app: App) -> None:
    """Killed before the host had made it; meanwhile somebody else made one of that name and wrote to it."""
    make_volumes(app, "alpha", "theirs")
    killed(app, upload("theirs", "creating", capacity=4096))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.FAILED
    assert volumes(app, "alpha") == {"theirs"}
    assert gateway_volumes.exists(app.gateway.link("alpha"), VolumeKey("alpha", "default", "theirs"))


def test_what_is_whole_by_now_stays(app: App) -> None:
    """Somebody removed the half, and sent the same image anew under the same name: a host on Linux tells no other difference."""
    make_volumes(app, "alpha", "anew")
    entry = upload("anew")
    killed(app, msgspec.structs.replace(entry, values={**entry.values, "takes": 1 << 20}))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.FAILED
    assert volumes(app, "alpha") == {"anew"}
    assert [item.entry.target for item in app.services.unfinished.found()] == ["anew"]


def test_one_that_was_never_made_is_settled(app: App) -> None:
    killed(app, upload("never", "creating"))
    (handle,) = app.services.half_made.clean(frozenset({"alpha"}))
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert app.history.unfinished() == []


def test_half_a_file_of_this_computer_goes(app: App, tmp_path: Path) -> None:
    part = tmp_path / ".a.1.part"
    part.write_text("half")
    steps = (Step("fetching", {"path": str(part)}, undo="unlink"),)
    killed(app, Entry("volume.download", "a", (), {"part": str(part)}, steps))
    app.services.half_made.watch()
    assert not eventually(lambda: app.history.unfinished(), 10)
    assert not part.exists()


def test_a_host_that_left_the_fleet_is_a_persons_business(app: App) -> None:
    killed(app, upload("half", host="gone"))
    (found,) = app.services.unfinished.found()
    assert app.services.half_made.hopeless(found)
    assert named(app, "web")


def test_what_another_console_took_back_meanwhile_is_nobodys_any_more(app: App) -> None:
    """It waited here; meanwhile it was taken back elsewhere, and sent anew under the same name."""
    make_volumes(app, "beta", "whole")
    killed(app, upload("whole", host="beta"))
    (found,) = app.services.half_made.found()
    app.history.settle(found.job)
    assert app.services.half_made.take_back(found).wait(10).state is JobState.SUCCEEDED
    assert volumes(app, "beta") == {"whole"}
