"""Plans of transfers, and that what fails leaves nothing. The test driver has no streams: whole transfers are the lab's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.app import App
from console.fleet.errors import FleetError, NotFound, Reason, UsageError
from console.fleet.storage import VolumeKey
from console.jobs.job import JobState
from console.words.errors import why
from tests.conftest import eventually
from tests.unit.services.test_delete import make_volumes, volumes


def test_what_an_upload_takes(app: App, tmp_path: Path) -> None:
    transfer, file = app.services.transfer, tmp_path / "a.raw"
    with file.open("wb") as handle:
        handle.write(b"x" * 4096)
        handle.truncate(1 << 20)
    plan = transfer.plan_upload(file, "alpha", "default", "a")
    assert not plan.refused
    assert plan.takes == 4096, "holes take nothing"
    make_volumes(app, "alpha", "a")
    assert [say.code for say in transfer.plan_upload(file, "alpha", "default", "a").refused] == ["name-taken"]
    file.write_bytes(b"")
    assert [say.code for say in transfer.plan_upload(file, "alpha", "default", "b").refused] == ["empty-file"]
    with pytest.raises(UsageError):
        transfer.plan_upload(tmp_path, "alpha", "default", "b")
    with pytest.raises(FleetError):
        transfer.plan_upload(tmp_path / "none", "alpha", "default", "b")
    with pytest.raises(NotFound):
        transfer.plan_upload(file, "alpha", "none", "b")


def test_an_image_that_needs_a_base_is_told(app: App, tmp_path: Path) -> None:
    from tests.unit.fleet.test_storing import qcow2  # noqa: PLC0415

    file = tmp_path / "top.qcow2"
    file.write_bytes(qcow2(b"/etc/shadow"))
    warnings = app.services.transfer.plan_upload(file, "alpha", "default", "top").warnings
    assert [(say.code, say.values["path"]) for say in warnings] == [("needs-base", "/etc/shadow")]


def test_an_upload_the_host_cannot_take_leaves_nothing(app: App, tmp_path: Path) -> None:
    file = tmp_path / "a.raw"
    file.write_bytes(b"x" * 4096)
    view = app.services.transfer.run_upload(file, "alpha", "default", "a").wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.TOO_OLD)
    assert volumes(app, "alpha") == set()
    assert app.history.unfinished() == []
    assert view.command == f"splendid storage upload {file} alpha/default/a --yes"


def test_a_download_the_host_cannot_give_leaves_nothing(app: App, tmp_path: Path) -> None:
    make_volumes(app, "alpha", "a")
    key, there = VolumeKey("alpha", "default", "a"), tmp_path / "there"
    there.mkdir()
    view = app.services.transfer.run_download(key, there / "a").wait(20)
    assert view.state is JobState.FAILED
    assert list(there.iterdir()) == []
    assert app.history.unfinished() == []


def test_what_a_download_means(app: App, tmp_path: Path) -> None:
    make_volumes(app, "alpha", "a", "web.qcow2")
    transfer, key = app.services.transfer, VolumeKey("alpha", "default", "a")
    assert not transfer.plan_download(key, tmp_path / "a").says[1:]
    (tmp_path / "a").write_text("mine")
    assert [say.code for say in transfer.plan_download(key, tmp_path / "a").refused] == ["overwrites"]
    assert not transfer.plan_download(key, tmp_path / "a", overwrite=True).refused
    assert [say.code for say in transfer.plan_download(key, tmp_path).refused] == ["is-folder"]
    with pytest.raises(UsageError) as wrong:
        transfer.plan_download(key, tmp_path / "none" / "a")
    assert (wrong.value.what, why(wrong.value.problem)) == (
        key.name,
        "There is no such folder on this computer. Make it, or choose another.",
    )
    with pytest.raises(NotFound):
        transfer.plan_download(VolumeKey("alpha", "default", "none"), tmp_path / "b")
    running = transfer.plan_download(VolumeKey("alpha", "default", "web.qcow2"), tmp_path / "b")
    assert [say.code for say in running.warnings] == ["download-running"]


def test_a_file_whose_name_is_no_text_is_sent_and_the_history_holds_it(app: App, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.raw")
    file.write_bytes(b"x" * 512)
    view = app.services.transfer.run_upload(file, "alpha", "default", "cafe").wait(20)
    assert view.problem is not None
    assert view.problem.reason is Reason.TOO_OLD, "the test driver has no streams; all before that went well"
    assert "caf\\udce9" in view.command
    assert not eventually(lambda: app.history.job(view.id) is None, 5)
    make_volumes(app, "alpha", "a")
    with pytest.raises(UsageError):
        app.services.transfer.plan_download(VolumeKey("alpha", "default", "a"), file)
