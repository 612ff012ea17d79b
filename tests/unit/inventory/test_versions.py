from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, NotFound, Reason
from console.inventory import versions
from console.inventory.versions import Versions, digest_of

KEY = VmKey("n1", "u-1")


@pytest.fixture
def store(tmp_path: Path) -> Versions:
    ticks = iter(range(1000, 9000))
    return Versions(tmp_path / "state" / "versions.sqlite", lambda: float(next(ticks)))


def test_each_configuration_is_kept_once(store: Versions) -> None:
    assert store.note(KEY, "web", "<a/>", "seen")
    assert not store.note(KEY, "web", "<a/>\n", "elsewhere")
    assert store.note(KEY, "web", "<b/>", "edit", "me@here")
    assert store.note(KEY, "web", "<a/>", "restore", "me@here")
    assert [(v.reason, v.by, v.xml) for v in store.of("u-1")] == [
        ("restore", "me@here", ""),
        ("edit", "me@here", ""),
        ("seen", "", ""),
    ]
    assert store.of("u-2") == ()


def test_a_version_with_its_text(store: Versions) -> None:
    store.note(KEY, "wéb", "<a>ü\n</a>", "seen")
    (version,) = store.of("u-1")
    whole = store.get(version.id)
    assert (whole.host, whole.uuid, whole.name, whole.xml) == ("n1", "u-1", "wéb", "<a>ü\n</a>")
    assert whole.digest == digest_of("<a>ü\n</a>\n")
    with pytest.raises(NotFound):
        store.get(99)


def test_versions_go_along_with_a_vm_that_moves(store: Versions) -> None:
    store.note(KEY, "web", "<a/>", "seen")
    assert not store.note(VmKey("n2", "u-1"), "web", "<a/>", "seen")
    store.note(VmKey("n2", "u-1"), "web", "<b/>", "edit")
    assert [v.host for v in store.of("u-1")] == ["n2", "n1"]


def test_the_oldest_go(store: Versions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST", 3)
    store.note(VmKey("n1", "other"), "x", "<x/>", "seen")
    for number in range(6):
        store.note(KEY, "web", f"<a n='{number}'/>", "edit")
    assert [store.get(v.id).xml for v in store.of("u-1")] == ["<a n='5'/>", "<a n='4'/>", "<a n='3'/>"]
    assert len(store.of("other")) == 1


def test_two_consoles_share_the_file(store: Versions, tmp_path: Path) -> None:
    other = Versions(tmp_path / "state" / "versions.sqlite")
    store.note(KEY, "web", "<a/>", "seen")
    assert not other.note(KEY, "web", "<a/>", "seen")
    other.note(KEY, "web", "<b/>", "edit")
    assert len(store.of("u-1")) == 2
    for each in (store, other):
        each.close()


def test_a_locked_and_a_damaged_file_are_said(store: Versions, tmp_path: Path) -> None:
    told: list[object] = []
    store.on_problem(told.append)
    store.note(KEY, "web", "<a/>", "seen")
    path = tmp_path / "state" / "versions.sqlite"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Failed) as caught:
        store.note(KEY, "web", "<b/>", "edit")
    assert caught.value.problem.reason is Reason.IN_USE
    assert store.problem is not None
    holder.close()
    store.note(KEY, "web", "<b/>", "edit")
    assert store.problem is None
    store.close()
    path.write_bytes(b"no database" * 1000)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert store.note(KEY, "web", "<c/>", "edit")
    assert store.problem is not None
    assert store.problem.reason is Reason.DAMAGED
    assert len(told) == 3
    store.close()


def test_what_is_kept_later_is_there_when_it_is_looked_for(store: Versions, tmp_path: Path) -> None:
    store.note_later(KEY, "web", "<a/>")
    store.note_later(KEY, "web", "<a/>", "vm.tag")
    store.note_later(KEY, "web", "<b/>", "vm.tag", "me@here")
    store.note_later(KEY, "web", "<c/>")
    assert [(v.reason, v.by) for v in store.of("u-1")] == [("elsewhere", ""), ("vm.tag", "me@here"), ("seen", "")]
    store.note_later(KEY, "web", "<d/>")
    store.close()
    assert len(Versions(tmp_path / "state" / "versions.sqlite").of("u-1")) == 4


def test_what_could_not_be_written_waits(store: Versions, tmp_path: Path) -> None:
    store.note(KEY, "web", "<a/>")
    holder = sqlite3.connect(tmp_path / "state" / "versions.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store.note_later(KEY, "web", "<b/>", "edit")
    with pytest.raises(Failed):
        store.of("u-1")
    holder.close()
    assert len(store.of("u-1")) == 2
    store.close()


def test_what_was_begun_is_kept_once_a_vm(store: Versions) -> None:
    assert store.draft(KEY) is None
    store.keep_draft(KEY, "<a/>", "<b/>", 20.0)
    store.keep_draft(KEY, "<a/>", "<c/>", 30.0)
    store.keep_draft(KEY, "<a/>", "<late/>", 25.0)  # an older one that comes later
    assert store.draft(KEY) == (30.0, "<a/>", "<c/>")
    assert store.draft(VmKey("n2", "u-1")) is None
    store.drop_draft(KEY)
    assert store.draft(KEY) is None
    store.close()
