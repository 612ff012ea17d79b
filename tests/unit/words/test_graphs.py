import time

import pytest

from console.fleet.domains import VmKey
from console.fleet.history import Mark, MarkKind
from console.words import graphs

NOON = 1795262400.0  # Sat 21 Nov 2026, 12:00 UTC
DAY = 86400.0
KEY = VmKey("n1", "u1")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("at", "step", "text"),
    [
        (NOON + 5, 5, "12:00:05"),
        (NOON + 60, 60, "12:01"),
        (NOON + DAY / 2, 21600, "Sun 22"),
        (NOON + DAY / 2, 0, "22 Nov"),
        (1798761600.0, 0, "2027"),
    ],
)
def test_ticks(at: float, step: int, text: str) -> None:
    assert graphs.tick(at, step) == text


def test_a_moment_is_as_exact_as_its_bin() -> None:
    assert graphs.at(NOON + 7, 5, NOON) == "12:00:07"
    assert graphs.at(NOON + 7, 60, NOON) == "12:00"
    assert graphs.at(NOON - DAY, 3600, NOON) == "Fri 20 Nov, 12:00"
    assert graphs.at(NOON - 365 * DAY, 3600, NOON) == "21 Nov 2025, 12:00"


def test_spans_name_their_days_as_far_as_needed() -> None:
    assert plain(graphs.span(NOON - 3600, NOON, 5, NOON)) == "Sat 21 Nov, 11:00 to 12:00, every 5 s"
    assert plain(graphs.span(NOON - 60, NOON, 5, NOON)) == "Sat 21 Nov, 11:59:00 to 12:00:00, every 5 s"
    assert plain(graphs.span(NOON - DAY, NOON, 60, NOON)) == "Fri 12:00 to Sat 21 Nov 12:00, every 1 min"
    assert graphs.span(NOON - 30 * DAY, NOON, 0, NOON) == "Thu 22 Oct to Sat 21 Nov"


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (MarkKind.START, "", "Started"),
        (MarkKind.CRASH, "", "Crashed"),
        (MarkKind.REVERT, "nightly", "Reverted to “nightly”"),
        (MarkKind.REVERT, "", "Reverted"),
        (MarkKind.CONFIG, "memory_kib,vcpus", "Memory, vCPU changed"),
        (MarkKind.CONFIG, "vcpus", "vCPU changed"),
        (MarkKind.CONFIG, "unheard_of", "Unheard_of changed"),
        (MarkKind.CONFIG, "", "Changed"),
    ],
)
def test_marks(kind: MarkKind, text: str, said: str) -> None:
    assert graphs.mark(Mark(NOON, kind, KEY, text)) == said


def test_every_kind_of_mark_has_words() -> None:
    assert all(graphs.mark(Mark(NOON, kind, KEY)) for kind in MarkKind)


def test_values_have_three_figures_at_most() -> None:
    texts = [graphs.axis_number(value) for value in (0.0, 0.42, 4.13, 76.4, 1240.0)]
    assert texts == ["0", "0.42", "4.1", "76", "1,240"]
    said = [plain(graphs.milliseconds(v)) for v in (None, 0.00005, 0.0008, 0.042)]
    assert said == ["–", "0.05 ms", "0.8 ms", "42 ms"]


def test_since_and_clock() -> None:
    assert graphs.since(NOON, NOON + 60) == "Recording since 12:00"
    assert graphs.clock(NOON, NOON + 60) == "12:00"
    assert graphs.clock(NOON, NOON + 2 * DAY) == "21 Nov"
    assert time.tzname[0] == "UTC"


def test_lengths_and_numbers_beside_axes() -> None:
    assert [plain(graphs.length(seconds)) for seconds in (DAY, 7 * DAY, 30 * DAY, 365 * DAY)] == [
        "24 h",
        "7 d",
        "30 d",
        "1 y",
    ]
    assert (graphs.number(2000, 0), graphs.number(0.5, 1)) == ("2,000", "0.5")
