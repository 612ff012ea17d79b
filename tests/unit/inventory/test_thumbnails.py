"""Pictures of snapshots are kept by VM, name and second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.inventory import thumbnails
from console.inventory.thumbnails import Thumbnails


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Thumbnails]:
    kept = Thumbnails(tmp_path / "thumbnails.sqlite")
    yield kept
    kept.close()


def test_a_picture_comes_back_for_that_very_snapshot_only(store: Thumbnails) -> None:
    store.keep("u", "clean", 100.0, b"png")
    assert store.get("u", "clean", 100.7) == b"png", "libvirt tells whole seconds"
    assert store.get("u", "clean", 101.0) is None, "another snapshot that has the name by now"
    assert store.get("v", "clean", 100.0) is None
    store.keep("u", "clean", 200.0, b"newer")
    assert store.get("u", "clean", 100.0) is None
    assert store.get("u", "clean", 200.0) == b"newer"


def test_it_follows_a_rename_and_goes_with_its_snapshot(store: Thumbnails) -> None:
    store.keep("u", "clean", 100.0, b"png")
    store.keep("u", "other", 100.0, b"old")
    store.rename("u", "clean", "other")
    assert (store.get("u", "clean", 100.0), store.get("u", "other", 100.0)) == (None, b"png")
    store.drop("u", "other")
    assert store.get("u", "other", 100.0) is None


def test_there_are_never_too_many_nor_too_large_ones(
    store: Thumbnails, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 1
        return now

    monkeypatch.setattr(thumbnails, "MOST", 3)
    small = Thumbnails(tmp_path / "small.sqlite", clock)
    for number in range(5):
        small.keep("u", f"s{number}", 1.0, b"x")
    assert [small.get("u", f"s{number}", 1.0) for number in range(5)] == [None, None, b"x", b"x", b"x"]
    small.keep("u", "huge", 1.0, b"x" * (thumbnails.LARGEST + 1))
    assert small.get("u", "huge", 1.0) is None
    small.close()
