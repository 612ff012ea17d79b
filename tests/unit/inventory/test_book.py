"""The history file: what is written comes back at each stage it goes through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Reason
from console.fleet.history import HOST_MEASURES, VM_MEASURES, Mark, MarkKind, Subject
from console.inventory.book import SHELF, About, Book, Page
from console.inventory.packing import GAP, coded
from console.inventory.reading import Bins, in_memory, marks, read
from console.inventory.stages import CHUNK, DAY, HOUR, SLOTS_A_CHUNK, WEEK

T = 1_800_000_000 // WEEK * WEEK + 8 * DAY  # the beginning of a day in the middle of a week
A1, A2, B1 = VmKey("a", "1"), VmKey("a", "2"), VmKey("b", "1")


class Nothing:
    """Nothing is in memory."""

    oldest = newest = -1

    def of(self, _key: Subject, _first: int, _count: int) -> None:
        return None


class Memory:
    """One value of all measures of one VM in some slots."""

    def __init__(self, first: int, count: int, value: float) -> None:
        self.oldest, self.newest = first, first + count - 1
        self.value = value

    def of(self, key: Subject, first: int, count: int) -> np.ndarray | None:  # type: ignore[type-arg]
        if key != A1:
            return None
        slots = np.arange(first, first + count)
        row = np.where((slots >= self.oldest) & (slots <= self.newest), self.value, np.nan)
        return np.tile(row, (len(VM_MEASURES), 1)).astype(np.float32)


NOTHING = Nothing()


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "history.sqlite")


def page(at: float, values: dict[Subject, list[float]]) -> Page:
    """A chunk in which each subject has these six values in all its measures."""
    width = len(HOST_MEASURES) if isinstance(next(iter(values)), str) else len(VM_MEASURES)
    codes = np.stack([np.tile(coded(np.array(row)), (width, 1)) for row in values.values()])
    return Page(int(at) // CHUNK, list(values), codes)


def write(book: Book, key: Subject, start: float, seconds: int, value: float) -> None:
    pages = [page(at, {key: [value] * SLOTS_A_CHUNK}) for at in range(int(start), int(start) + seconds, CHUNK)]
    book.write(pages, {})


def bins(book: Book, key: Subject, tier: int, start: float, count: int, memory: Memory | Nothing = NOTHING) -> Bins:
    step = (5, 60, HOUR)[tier]
    return read(book, [key], tier, int(start) // step, count, memory)[key]


def cpu(found: Bins) -> list[float]:
    return found[1][0].tolist()


def near(found: list[float], expected: list[float]) -> None:
    assert found == pytest.approx(expected, rel=1e-3, nan_ok=True)


NAN = float("nan")


def test_an_empty_file_has_only_gaps(book: Book) -> None:
    for tier in (0, 1, 2):
        assert np.isnan(bins(book, A1, tier, T, 5)[1]).all()
    assert book.subjects() == {}


def test_five_second_values_from_any_slot_on(book: Book) -> None:
    book.write([page(T, {A1: [1, 2, 3, 4, NAN, 6], A2: [9] * 6}), page(T + 60, {A1: [7] * 6})], {})
    near(cpu(bins(book, A1, 0, T + 15, 12)), [4, NAN, 6, *[NAN] * 6, 7, 7, 7])
    near(cpu(bins(book, A2, 0, T - 5, 3)), [NAN, 9, 9])
    low, mean, high = bins(book, A1, 0, T, 3)
    assert (low == mean).all()
    assert (mean == high).all()


def test_minutes_and_hours_of_what_is_not_packed_yet(book: Book) -> None:
    write(book, A1, T, 60, 2.0)
    book.write([page(T + 60, {A1: [1, 1, 1, 5, 5, 5]})], {})
    low, mean, high = bins(book, A1, 1, T, 3)
    near(mean[0].tolist(), [2, 3, NAN])
    near(low[0].tolist(), [2, 1, NAN])
    near(high[0].tolist(), [2, 5, NAN])
    low, mean, high = bins(book, A1, 2, T - HOUR, 2)
    near([low[0][1], mean[0][1], high[0][1]], [1, (2 * 12 + 18) / 18, 5])
    assert np.isnan(mean[0][0])


def test_packed_hours_say_the_same_and_outlive_the_seconds(book: Book) -> None:
    write(book, A1, T, 60, 2.0)
    book.write([page(T + 60, {A1: [1, 1, 1, 5, 5, 5]}), page(T, {"a": [8] * 6})], {})
    before = [bins(book, A1, tier, T, 3) for tier in (1, 2)]
    book.pack(T + HOUR)
    book.prune(T + 3 * HOUR)
    assert np.isnan(bins(book, A1, 0, T, 20)[1]).all()
    for tier, was in zip((1, 2), before, strict=True):
        now = bins(book, A1, tier, T, 3)
        for one, other in zip(was, now, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3)
    near(cpu(bins(book, "a", 1, T, 2)), [8, NAN])
    assert bins(book, "a", 1, T, 2)[1].shape == (len(HOST_MEASURES), 2)


def test_the_running_hour_is_not_packed(book: Book) -> None:
    write(book, A1, T, 300, 2.0)
    book.pack(T + HOUR - 1)
    assert book.database.read(lambda db: db.execute("SELECT count(*) FROM minutes").fetchone()[0]) == 0


def test_an_hour_told_again_is_packed_again_and_what_stands_there_stays(book: Book) -> None:
    write(book, A1, T, 120, 2.0)
    book.pack(T + HOUR)
    book.prune(T + 3 * HOUR)
    write(book, A1, T + 120, 60, 7.0)  # the clock was put back
    near(cpu(bins(book, A1, 1, T, 4)), [2, 2, 7, NAN])
    book.pack(T + HOUR)
    near(cpu(bins(book, A1, 1, T, 4)), [2, 2, 7, NAN])


def test_days_go_into_weeks(book: Book) -> None:
    for day in range(3):
        write(book, A1, T + day * DAY + 5 * HOUR, 60, day + 1.0)
    book.pack(T + 2 * DAY + 12 * HOUR)  # two days have ended
    counts = book.database.read(
        lambda db: [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("hours", "weeks")]
    )
    assert counts == [1, 1]
    found = cpu(bins(book, A1, 2, T, 72))
    near([found[5], found[29], found[53]], [1, 2, 3])
    assert int(np.isfinite(found).sum()) == 3
    book.pack(T + 3 * DAY)
    assert cpu(bins(book, A1, 2, T, 72)) == pytest.approx(found, nan_ok=True)


def test_weeks_join(book: Book) -> None:
    last = T // WEEK * WEEK + WEEK  # the next week
    write(book, A1, last - HOUR, 60, 1.0)
    write(book, A1, last, 60, 2.0)
    book.pack(last + 2 * DAY)
    near(cpu(bins(book, A1, 2, last - HOUR, 2)), [1, 2])


def test_packing_stops_when_told_and_goes_on_later(book: Book) -> None:
    for key in (A1, B1):
        write(book, key, T, 60, 2.0)
    book.pack(T + HOUR, lambda: False)
    packed = "SELECT count(*) FROM minutes"
    assert book.database.read(lambda db: db.execute(packed).fetchone()[0]) == 1
    book.pack(T + HOUR)
    assert book.database.read(lambda db: db.execute(packed).fetchone()[0]) == 2


def test_what_is_in_memory_counts_over_the_file(book: Book) -> None:
    write(book, A1, T, 60, 2.0)
    memory = Memory(T // 5 + 6, 12, 5.0)
    near(cpu(bins(book, A1, 0, T + 20, 4, memory)), [2, 2, 5, 5])
    near(cpu(bins(book, A1, 1, T, 3, memory)), [3.5, 5, NAN])
    near(cpu(bins(book, A1, 2, T, 1, memory)), [(6 * 2 + 12 * 5) / 18])


def test_what_is_in_memory_alone(book: Book) -> None:
    memory = Memory(T // 5, 12, 5.0)
    near(cpu(bins(book, A1, 1, T, 2, memory)), [5, NAN])
    near(cpu(in_memory([A1], T // 5 - 1, 3, memory)[A1]), [NAN, 5, 5])
    assert np.isnan(in_memory([A2], T // 5, 3, memory)[A2][1]).all()


def test_a_chunk_is_replaced_or_merged(book: Book) -> None:
    book.write([page(T, {A1: [1, 1, 1, NAN, NAN, NAN], A2: [3] * 6})], {})
    book.write([page(T, {A1: [NAN, NAN, 2, 2, 2, NAN]})], {}, merge=True)
    near(cpu(bins(book, A1, 0, T, 6)), [1, 1, 2, 2, 2, NAN])
    near(cpu(bins(book, A2, 0, T, 2)), [3, 3])
    book.write([page(T, {A1: [9] * 6})], {})
    near(cpu(bins(book, A1, 0, T, 6)), [9] * 6)


def test_vms_of_a_host_share_shelves_of_limited_size(book: Book) -> None:
    keys = [VmKey("a", str(number)) for number in range(SHELF + 3)]
    book.write([page(T, {key: [1.0] * 6 for key in keys}), page(T, {"a": [1.0] * 6, "b": [1.0] * 6})], {})
    book.write([page(T, {B1: [1.0] * 6, VmKey("a", "more"): [1.0] * 6})], {})
    shelves = {key: entry.shelf for key, entry in book.subjects().items()}
    assert len({shelves[key] for key in keys[:SHELF]}) == 1
    assert len({shelves[key] for key in [*keys[SHELF:], VmKey("a", "more")]}) == 1
    assert shelves["a"] == shelves["b"]
    assert len(set(shelves.values())) == 4
    near(cpu(bins(book, keys[-1], 0, T, 1)), [NAN])  # its chunk was replaced as a whole


def test_what_is_known_of_a_subject(book: Book) -> None:
    book.write([page(T, {A1: [1.0] * 6})], {A1: About("web", replayed=True)})
    entry = book.subjects()[A1]
    assert (entry.name, entry.replayed, entry.first) == ("web", True, T)
    book.update({A1: About("web-2", busy=T + 5.0), A2: About("never written")}, T + 60)
    again = Book(book.database.path).subjects()
    assert list(again) == [A1]
    assert (again[A1].name, again[A1].replayed, again[A1].seen, again[A1].busy) == ("web-2", False, T + 60, T + 5)


def test_what_is_too_old_goes_and_so_does_a_far_future(book: Book) -> None:
    write(book, A1, T, 60, 1.0)
    write(book, A1, T + 400 * DAY, 60, 5.0)
    book.update({A1: About()}, T)
    book.mark([Mark(T + day * DAY, MarkKind.START, A1) for day in (0, 1, 500)])
    book.pack(T + 500 * DAY)
    book.prune(T + 2 * DAY)
    near(cpu(bins(book, A1, 2, T, 1)), [1])
    assert np.isnan(cpu(bins(book, A1, 2, T + 400 * DAY, 1))).all()
    assert [mark.at for mark in marks(book, None, 0, 1e12)] == [T, T + DAY]
    book.prune(T + 370 * DAY)
    assert book.subjects() == {}
    assert marks(book, None, 0, 1e12) == []


def test_marks_of_some_or_all_in_a_span(book: Book) -> None:
    told = [Mark(T + 5, MarkKind.STOP, A1), Mark(T, MarkKind.MIGRATION, B1, "a"), Mark(T + 9, MarkKind.CRASH, B1)]
    book.mark(told)
    assert marks(book, None, T, T + 5) == [told[1], told[0]]
    assert marks(book, [A1], 0, 1e12) == [told[0]]
    assert marks(book, iter([B1]), T + 1, T + 9) == [told[2]]
    book.database.write(lambda db: db.execute("UPDATE mark SET kind = 'of a later version'"))
    assert marks(book, None, 0, 1e12) == []


def test_a_file_that_was_set_aside_begins_anew(book: Book) -> None:
    write(book, A1, T, 60, 1.0)
    book.database.close()
    book.database.path.write_bytes(b"no database" * 1000)
    write(book, A2, T + 60, 60, 2.0)
    assert list(book.subjects()) == [A2]
    near(cpu(bins(book, A2, 1, T, 2)), [NAN, 2])
    assert book.database.problem is not None
    assert book.database.problem.reason is Reason.DAMAGED


def test_a_file_deleted_under_us_begins_anew(book: Book) -> None:
    write(book, A1, T, 60, 1.0)
    book.database.close()
    for path in book.database.path.parent.iterdir():
        path.unlink()
    write(book, A2, T, 60, 2.0)
    assert list(book.subjects()) == [A2]


def test_what_fails_half_way_leaves_nothing_of_it(book: Book) -> None:
    write(book, A1, T, 60, 1.0)
    book.database.write(
        lambda db: db.execute("CREATE TRIGGER no BEFORE INSERT ON seconds BEGIN SELECT RAISE(ABORT, 'full'); END")
    )
    with pytest.raises(Failed):
        write(book, B1, T, 60, 1.0)
    book.database.write(lambda db: db.execute("DROP TRIGGER no"))
    assert list(book.subjects()) == [A1]
    write(book, B1, T, 60, 3.0)
    near(cpu(bins(book, B1, 0, T, 2)), [3, 3])
    assert {entry.id for entry in book.subjects().values()} == {1, 2}


def test_another_console_reads_what_was_written_meanwhile(book: Book) -> None:
    write(book, A1, T, 60, 1.0)
    other = Book(book.database.path)
    near(cpu(bins(other, A1, 0, T, 1)), [1])
    write(book, B1, T, 60, 2.0)
    near(cpu(bins(other, B1, 0, T, 1)), [2])


def test_a_gap_is_never_a_value() -> None:
    assert coded(np.array([1e13]))[0] != GAP
