from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.files.atomic import write_text
from console.fleet.alerts import AlertRule, Kind
from console.fleet.errors import Failed, Reason
from console.fleet.saved import SavedSearch
from console.settings import preferences as preferences_module
from console.settings.preferences import _TYPES, Leaving, Mode, Preferences, PreferencesStore, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "preferences.toml"


@pytest.fixture
def store(path: Path) -> Iterator[PreferencesStore]:
    made = PreferencesStore(path, delay=0.0)
    yield made
    made.close(2.0)


EVERYTHING = Preferences(
    theme=Mode.DARK,
    language="de",
    font_scale=1.25,
    compact=True,
    interval=5.0,
    columns=("name", "state"),
    widths={"name": 200},
    notifications=False,
    notify_after=30.0,
    confirm_loss=False,
    leaving=Leaving.WAIT,
    bulk_limit=8,
    preview_from=12,
    layout={"navigator": "264", "odd key.": "ü"},
    alerts=(
        AlertRule("Hot", "cpu>95", wait=600.0),
        AlertRule("Full", "", Kind.POOL_FULL, limit=85.0, silent_until=-1.0),
    ),
    searches=(SavedSearch("Hot, not lab", 'cpu>80 !tag:"lab"'), SavedSearch("no owner", 'owner:""')),
)


def test_every_preference_is_kept(path: Path, store: PreferencesStore) -> None:
    changes = {name: getattr(EVERYTHING, name) for name in Preferences.__struct_fields__}
    assert changes.keys() == _TYPES.keys()
    assert all(value != getattr(Preferences(), key) for key, value in changes.items())
    store.set(**changes)
    store.close(2.0)
    again = PreferencesStore(path)
    assert again.value == EVERYTHING
    assert (again.wrong, again.problem) == ((), None)


def test_nothing_written_is_as_it_comes(path: Path, store: PreferencesStore) -> None:
    assert store.value == Preferences()
    store.set(theme=Mode.SYSTEM)  # no change
    store.close(2.0)
    assert not path.parent.exists()


def test_only_what_was_changed_is_written_and_comments_stay(path: Path, store: PreferencesStore) -> None:
    path.parent.mkdir()
    text = '# mine\ntheme = "light"  # by day\nfuture = 1\n\n[layout]\na = "1"\n'
    path.write_text(text)
    store.set(theme=Mode.DARK, compact=True)
    store.close(2.0)
    assert path.read_text() == text.replace('"light"', '"dark"').replace("future = 1\n", "future = 1\ncompact = true\n")


def test_two_consoles_change_different_things(path: Path) -> None:
    one, two = PreferencesStore(path, 0.0), PreferencesStore(path, 0.0)
    assert one.value == two.value
    one.set(theme=Mode.DARK)
    one.close(2.0)
    two.set(interval=10.0)
    two.close(2.0)
    assert PreferencesStore(path).value == Preferences(theme=Mode.DARK, interval=10.0)


def test_back_to_what_comes_leaves_no_table_behind(path: Path) -> None:
    for widths in ({"name": 10}, {}):
        store = PreferencesStore(path, 0.0)
        store.set(widths=widths, language="de" if widths else None)
        store.close(2.0)
    assert "widths" not in path.read_text()
    assert "language" not in path.read_text()


def test_wrong_values_are_named_and_the_rest_holds() -> None:
    value, wrong = read('theme = "pink"\ninterval = "3"\ncompact = true\ncolumns = ["a", 1]\n[widths]\na = 1.5\n')
    assert value == Preferences(compact=True)
    assert wrong == ("columns", "interval", "theme", "widths")


@pytest.mark.parametrize(("given", "kept"), [(0, 1.0), (7, 7.0), (1e9, 60.0)])
def test_numbers_stay_within_reason(path: Path, given: float, kept: float) -> None:
    assert read(f"interval = {given}")[0].interval == kept
    store = PreferencesStore(path)
    assert store.set(interval=given).interval == kept
    store.close(2.0)


def test_a_malformed_file_is_set_aside(path: Path, store: PreferencesStore) -> None:
    path.parent.mkdir()
    path.write_text("theme = \n")
    assert store.value == Preferences()
    assert store.problem is not None
    assert store.problem.reason is Reason.DAMAGED
    assert Path(store.problem.detail).read_text() == "theme = \n"
    store.set(compact=True)
    store.close(2.0)
    assert PreferencesStore(path).value.compact


def test_listeners_are_told_at_once_and_the_caller_never_waits_for_the_disk(
    store: PreferencesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, told = threading.Event(), []
    real = preferences_module.write_text

    def slow(path: Path, text: str) -> object:
        go.wait(5)
        return real(path, text)

    monkeypatch.setattr(preferences_module, "write_text", slow)
    undo = store.subscribe(told.append)
    first = store.set(compact=True)
    second = store.set(theme=Mode.LIGHT)
    assert told == [first, second]
    assert not store.path.exists()
    go.set()
    undo()
    store.set(compact=False)
    assert len(told) == 2
    store.close(2.0)
    assert PreferencesStore(store.path).value == Preferences(theme=Mode.LIGHT)


def test_a_file_that_cannot_be_written_is_a_problem_until_it_can(path: Path) -> None:
    store = PreferencesStore(path, delay=0.0)
    path.mkdir(parents=True)
    store.set(compact=True)
    store.close(2.0)
    assert store.problem is not None
    assert store.value.compact
    path.rmdir()
    store._write()
    assert store.problem is None
    assert PreferencesStore(path).value.compact


def test_what_another_console_keeps_is_taken_over(path: Path, store: PreferencesStore) -> None:
    told: list[Preferences] = []
    store.subscribe(told.append)
    assert store.peek() is None  # there is no file yet
    store.set(theme=Mode.DARK)
    until = time.monotonic() + 5
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    other = PreferencesStore(path, delay=0.0)
    other.set(searches=(SavedSearch("Hot", "cpu>80"),), theme=Mode.LIGHT)
    other.close(2.0)
    store.adopt(store.peek())
    assert store.value.searches == (SavedSearch("Hot", "cpu>80"),)
    assert store.value.theme is Mode.DARK  # not shared
    assert told[-1].searches == store.value.searches
    assert store.peek() is None
    count = len(told)
    store.adopt(None)
    assert len(told) == count


def test_what_was_changed_here_stays(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[[searches]]\nname = "Theirs"\nquery = "cpu>2"\n', "utf-8")
    store = PreferencesStore(path, delay=60.0)
    found = store.peek()
    store.set(searches=(SavedSearch("Mine", "cpu>1"),))  # between the look and what came of it
    store.adopt(found)
    assert [each.name for each in store.value.searches] == ["Mine"]
    assert store.peek() is None  # ours is not written yet
    store.close(2.0)
    store.adopt(store.peek())
    assert [each.name for each in store.value.searches] == ["Mine"]


def test_nothing_is_taken_over_while_ours_is_being_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("compact = true", "utf-8")
    store = PreferencesStore(path, delay=0.0)
    peeked: list[object] = []
    real = preferences_module.write_text

    def slow(target: Path, text: str) -> None:
        peeked.append(store.peek())
        real(target, text)

    monkeypatch.setattr(preferences_module, "write_text", slow)
    store.set(searches=(SavedSearch("Mine", "cpu>1"),))
    store.close(2.0)
    assert peeked == [None]
    store.adopt(store.peek())
    assert [each.name for each in store.value.searches] == ["Mine"]


def test_a_broken_file_is_not_taken_over(path: Path, store: PreferencesStore) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("searches = 7", "utf-8")
    store.adopt(store.peek())
    assert store.value.searches == ()
    path.write_text("[[[", "utf-8")
    assert store.peek() is None


def test_two_consoles_that_write_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    stores = [PreferencesStore(path, delay=0.0) for _ in range(4)]
    kept = (SavedSearch("mine", "tag:prod"),)
    changes: tuple[dict[str, object], ...] = (
        {"compact": True},
        {"searches": kept},
        {"language": "de"},
        {"interval": 7.0},
    )
    for store in stores:
        assert store.value == Preferences()
    for store, change in zip(stores, changes, strict=True):
        store.set(**change)
    for store in stores:
        store.close(5)
    assert read(path.read_text())[0] == Preferences(compact=True, searches=kept, language="de", interval=7.0)


def test_what_a_person_wrote_and_could_not_be_used_is_kept_when_it_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    mine = (
        '# by hand\n[[searches]]\nname = "long"\nquery = "tag:prod"\n[[searches]]\nnam = "a slip"\nquery = "cpu>80"\n'
    )
    path.write_text(mine)
    store = PreferencesStore(path, delay=0.0)
    assert store.value.searches == ()
    assert store.wrong == ("searches",)
    store.set(compact=True)
    store.close(5)
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "what is wrong is not touched"
    again = PreferencesStore(path, delay=0.0)
    again.set(searches=(SavedSearch("new", "tag:test"),))
    again.close(5)
    assert "a slip" not in path.read_text()
    assert again.problem is not None
    assert again.problem.reason is Reason.DAMAGED
    kept = Path(again.problem.detail).read_text()
    assert kept == mine.replace("# by hand\n", "# by hand\ncompact = true\n")


def test_what_is_hastened_does_not_wait_for_its_moment(path: Path) -> None:
    store = PreferencesStore(path, delay=60.0)
    store.hasten()
    assert not path.exists(), "there is nothing to write"
    store.set(compact=True)
    store.hasten()
    end = time.monotonic() + 5.0
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert "compact = true" in path.read_text()
    store.close()


def test_who_must_know_waits_until_it_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let = threading.Event()
    monkeypatch.setattr(preferences_module, "write_text", lambda *args: let.wait(5) and write_text(*args))
    store = PreferencesStore(path, delay=60)
    store.set(interval=7)
    with pytest.raises(Failed):
        store.written(timeout=0.2)
    assert not path.exists()
    threading.Timer(0.2, let.set).start()
    store.written()
    assert "interval = 7" in path.read_text()
    store.written(timeout=0)  # nothing to wait for
    store.close()


def test_who_waits_is_told_that_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = PreferencesStore(tmp_path / "file" / "preferences.toml", delay=0)
    store.set(interval=7)
    began = time.monotonic()
    with pytest.raises(Failed):
        store.written()
    assert time.monotonic() - began < 10
    store.close()
