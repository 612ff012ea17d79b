from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.files import atomic
from console.fleet.errors import Busy, Conflict, Denied, Failed, NotFound, Reason, UsageError
from console.fleet.hosts import HostSpec
from console.settings import fleetfile
from console.settings.fleetfile import Fault, FleetStore

TEXT = """\
# Our fleet, kept by hand.

[[host]]
name = "a"            # the first
uri = "qemu+ssh://a/system"
read_only = false
serial = "4711"

# b is in the cellar
[[host]]
name = "b"
uri = "qemu+ssh://b/system"
zone = "south"

[colours]
north = "blue"
"""
NEW = HostSpec("", "c", "qemu+tls://c/system", zone="north", tags=("prod",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[FleetStore]:
    made = FleetStore(path, poll=0.03)
    made.load()
    yield made
    made.close(2.0)


def until(check: Callable[[], object], seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while not check() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(check())


def named(store: FleetStore, name: str) -> HostSpec:
    return next(spec for spec in store.specs if spec.name == name)


def test_no_file_is_an_empty_fleet_and_the_first_host_makes_it(tmp_path: Path) -> None:
    store = FleetStore(tmp_path / "config" / "fleet.toml")
    assert store.load().specs == store.specs == ()
    assert not store.read_only
    assert store.add(NEW).id == "c"
    text = store.path.read_text()
    assert text.startswith("# The fleet")
    assert "[[host]]\n" in text
    assert FleetStore(store.path).load().specs == store.specs == (replace(NEW, id="c"),)


def test_adding_leaves_every_byte_before_it(store: FleetStore) -> None:
    store.add(NEW)
    assert store.path.read_text().startswith(TEXT)
    assert [spec.name for spec in store.specs] == ["a", "b", "c"]


def test_editing_leaves_comments_unknown_keys_and_order(store: FleetStore) -> None:
    store.replace("a", replace(named(store, "a"), zone="north", uri="qemu+ssh://root@a/system"))
    changed = TEXT.replace('"qemu+ssh://a/system"', '"qemu+ssh://root@a/system"').replace(
        'serial = "4711"\n', 'serial = "4711"\nzone = "north"\n'
    )
    assert store.path.read_text() == changed


def test_a_renamed_host_keeps_its_id(store: FleetStore) -> None:
    store.replace("b", replace(named(store, "b"), name="cellar"))
    assert named(store, "cellar").id == "b"
    assert FleetStore(store.path).load().specs == store.specs
    store.replace("b", replace(named(store, "cellar"), name="b2"))
    assert store.path.read_text().count("id = ") == 1


def test_removing_takes_the_comment_above_and_nothing_else(store: FleetStore) -> None:
    store.remove("b")
    text = store.path.read_text()
    assert "cellar" not in text
    assert text.endswith('serial = "4711"\n\n[colours]\nnorth = "blue"\n')
    assert [spec.name for spec in store.specs] == ["a"]
    store.remove("a")
    assert store.path.read_text() == '# Our fleet, kept by hand.\n\n[colours]\nnorth = "blue"\n'


@pytest.mark.parametrize("act", ["replace", "remove"])
def test_what_is_gone_cannot_be_changed(store: FleetStore, act: str) -> None:
    with pytest.raises(NotFound):
        store.remove("x") if act == "remove" else store.replace("x", NEW)
    assert store.path.read_text() == TEXT


def test_what_cannot_stand_in_the_file_is_refused(store: FleetStore) -> None:
    with pytest.raises(Conflict) as taken:
        store.add(replace(NEW, name="b"))
    assert taken.value.problem.reason is Reason.EXISTS
    with pytest.raises(Conflict):
        store.replace("a", replace(named(store, "a"), name="b"))
    with pytest.raises(UsageError) as secret:
        store.add(replace(NEW, uri="qemu+ssh://root:hunter2@c/system"))
    assert secret.value.problem.reason is Reason.BAD_URI
    assert "hunter2" not in repr(secret.value)
    with pytest.raises(UsageError):
        store.add(replace(NEW, name="two\nlines"))
    assert store.path.read_text() == TEXT


def test_an_id_that_is_taken_gets_a_number(store: FleetStore) -> None:
    assert store.add(replace(NEW, name="B")).id == "b-2"
    assert FleetStore(store.path).load().specs == store.specs


def test_a_malformed_host_does_not_stop_the_others_from_being_edited(store: FleetStore) -> None:
    broken = TEXT + '\n[[host]]\nname = "broken\n'
    store.path.write_text(broken)
    store.load()
    assert store.problems[0].code is Fault.SYNTAX
    store.replace("b", replace(named(store, "b"), zone="east"))
    store.add(NEW)
    assert store.path.read_text().startswith(broken.replace('"south"', '"east"'))
    assert [spec.name for spec in store.specs] == ["a", "b", "c"]


def test_hosts_in_one_line_are_left_to_a_person(store: FleetStore) -> None:
    text = 'host = [{name = "a", uri = "test:///default"}]\n'
    store.path.write_text(text)
    store.load()
    with pytest.raises(Conflict, match="only a person"):
        store.remove("a")
    assert store.path.read_text() == text


def test_a_save_merges_onto_what_another_console_wrote(path: Path) -> None:
    mine, theirs = FleetStore(path), FleetStore(path)
    mine.load()
    theirs.load()
    theirs.add(NEW)
    theirs.replace("a", replace(named(theirs, "a"), rack="N7"))
    mine.replace("a", replace(named(mine, "a"), zone="north"))
    assert [spec.name for spec in mine.specs] == ["a", "b", "c"]
    assert (named(mine, "a").zone, named(mine, "a").rack) == ("north", "N7")
    theirs.remove("b")
    with pytest.raises(NotFound):
        mine.replace("b", replace(named(mine, "b"), zone="x"))


def test_many_consoles_at_once_lose_nothing(path: Path) -> None:
    def work(mark: str) -> None:
        store = FleetStore(path)
        store.load()
        for number in range(8):
            store.add(HostSpec("", f"{mark}{number}", "test:///default"))

    threads = [threading.Thread(target=work, args=(mark,)) for mark in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(FleetStore(path).load().specs) == 26


def test_an_editor_that_saves_in_between_wins_nothing_and_loses_nothing(
    store: FleetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = fleetfile.fleettext.appended, []

    def appended(text: str, block: str) -> str:
        if not calls:
            store.path.write_text(TEXT.replace("south", "east"))
        calls.append(1)
        return real(text, block)

    monkeypatch.setattr(fleetfile.fleettext, "appended", appended)
    store.add(NEW)
    assert len(calls) == 2
    assert [spec.zone for spec in store.specs] == ["", "east", "north"]


def test_a_console_that_never_ends_its_save_is_not_waited_for_long(
    store: FleetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleetfile, "LOCK_LIMIT", 0.1)
    with fleetfile._alone(store.path, "c"), pytest.raises(Busy):
        FleetStore(store.path).add(NEW)
    store.add(NEW)


def test_changes_on_disk_are_told_once_and_ours_once(store: FleetStore) -> None:
    told: list[tuple[str, ...]] = []
    undo = store.subscribe(lambda: told.append(tuple(spec.name for spec in store.specs)))
    store.watch()
    store.watch()
    store.add(NEW)
    assert told == [("a", "b", "c")]
    time.sleep(0.2)
    assert told == [("a", "b", "c")]
    store.path.write_text(TEXT)
    assert until(lambda: len(told) == 2)
    store.path.write_text(TEXT + "# only a comment\n")
    time.sleep(0.2)
    assert told == [("a", "b", "c"), ("a", "b")]
    store.path.write_text(TEXT + "[[host]\n")
    assert until(lambda: store.problems)
    assert len(told) == 3
    store.path.unlink()
    assert until(lambda: not store.specs)
    undo()
    store.path.write_text(TEXT)
    assert until(lambda: store.specs)
    assert len(told) == 4


def test_the_usual_watch_takes_at_most_two_seconds(path: Path) -> None:
    store = FleetStore(path)
    store.load()
    store.watch()
    start = time.monotonic()
    path.write_text(TEXT.replace("south", "east"))
    assert until(lambda: named(store, "b").zone == "east", 3.0)
    assert time.monotonic() - start <= 2.0
    store.close(2.0)


def test_a_listener_that_breaks_stops_nobody(store: FleetStore, caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []
    store.subscribe(lambda: 1 // 0)
    store.subscribe(lambda: told.append(1))
    store.add(NEW)
    assert told == [1]
    assert "broke" in caplog.text


def test_what_is_not_utf8_is_told_and_the_hosts_stay(store: FleetStore) -> None:
    store.path.write_bytes(b"# caf\xe9\n" + TEXT.encode())
    file = store.load()
    assert [(p.code, p.line, p.column) for p in file.problems] == [(Fault.NOT_UTF8, 1, 6)]
    assert len(file.specs) == 2
    with pytest.raises(Conflict, match="not UTF-8"):
        store.add(NEW)


def test_what_cannot_be_read_is_told_and_the_hosts_stay(store: FleetStore) -> None:
    store.path.unlink()
    store.path.mkdir()
    file = store.load()
    assert [(p.code, p.values) for p in file.problems] == [(Fault.UNREADABLE, {"text": "Is a directory"})]
    assert len(file.specs) == 2
    with pytest.raises(Failed):
        store.add(NEW)


def test_a_link_is_followed_and_the_mode_kept(tmp_path: Path, path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "elsewhere" / "link.toml"
    link.parent.mkdir()
    link.symlink_to(path)
    store = FleetStore(link)
    store.load()
    store.add(NEW)
    assert link.is_symlink()
    assert 'name = "c"' in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("number", "error", "reason"),
    [
        (13, Denied, Reason.READ_ONLY),
        (30, Denied, Reason.READ_ONLY),
        (28, Failed, Reason.NO_SPACE),
        (5, Failed, Reason.OTHER),
    ],
)
def test_a_save_that_fails_says_why_and_changes_nothing(
    store: FleetStore, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], reason: Reason
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic.tempfile, "mkstemp", lambda **_: refuse())
    with pytest.raises(error) as failure:
        store.add(NEW)
    assert failure.value.problem.reason is reason  # type: ignore[attr-defined]
    assert failure.value.what == NEW.name  # type: ignore[attr-defined]
    assert store.path.read_text() == TEXT
    assert len(store.specs) == 2


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_a_read_only_file_says_so(tmp_path: Path) -> None:
    place = tmp_path / "share"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], check=True)
    try:
        (place / "fleet.toml").write_text(TEXT)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        store = FleetStore(place / "fleet.toml")
        assert len(store.load().specs) == 2
        assert store.read_only
        with pytest.raises(Denied) as refusal:
            store.add(NEW)
        assert refusal.value.problem.reason is Reason.READ_ONLY
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
