from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.files import atomic
from console.files.atomic import alone, write_bytes, write_text


def test_a_new_file_gets_its_folder_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "a" / "fleet.toml"
    write_text(path, "grüße\n", mode=0o600)
    assert path.read_text("utf-8") == "grüße\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_old_file_keeps_its_mode_and_owner(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text("old")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 1234, 1234)
    before = path.stat()
    stat = write_text(path, "new")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert stat.st_ino == after.st_ino != before.st_ino


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.toml", tmp_path / "link.toml"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_failure_leaves_the_old_text_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text("old")

    def broken(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, step, broken)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    data = bytes(range(256))
    write_bytes(tmp_path / "picture.png", data)
    assert (tmp_path / "picture.png").read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


def test_one_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path / "new" / "x.toml", 1.0):
        with pytest.raises(TimeoutError), alone(tmp_path / "new" / "other.toml", 0.05):
            raise AssertionError
        with alone(tmp_path / "elsewhere" / "x.toml", 0.05):
            pass
    with alone(tmp_path / "new" / "x.toml", 0.05):
        pass
