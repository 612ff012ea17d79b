import os
import time
from collections.abc import Iterator

import pytest

from console.ui.widgets.plot_axis import nice_top, time_ticks, value_text

NOON = 1795262400.0  # Sat 21 Nov 2026, 12:00 UTC
DAY = 86400.0


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    os.environ["TZ"] = "UTC"
    time.tzset()


def texts(start: float, end: float, most: int = 8) -> list[str]:
    return [tick.text for tick in time_ticks(start, end, most)]


def test_an_hour_has_round_minutes() -> None:
    assert texts(NOON - 3600, NOON, 6) == ["11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]


def test_never_many_more_than_asked_for_and_never_none() -> None:
    for length in (30, 90, 600, 3600, 6 * 3600, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 366 * DAY):
        for most in (3, 6, 12):
            found = time_ticks(NOON - length, NOON, most)
            assert 1 <= len(found) <= most + 1, (length, most, found)
            assert all(NOON - length <= tick.at <= NOON for tick in found)


def test_days_and_months() -> None:
    assert texts(NOON - DAY, NOON, 4)[-1] == "12:00"
    assert "Sat 21" in texts(NOON - DAY, NOON, 4)
    assert texts(NOON - 7 * DAY, NOON, 8) == [f"{day} Nov" for day in range(15, 22)]
    year = texts(NOON - 366 * DAY, NOON, 8)
    assert "2026" in year
    assert "1 Mar" in year


@pytest.mark.usefixtures("berlin")
def test_local_times_stay_round_when_the_clock_is_put_back() -> None:
    change = 1792890000.0  # Sun 25 Oct 2026, 01:00 UTC: 3:00 becomes 2:00
    found = time_ticks(change - 12 * 3600, change + 12 * 3600, 8)
    clocks = [time.strftime("%H:%M", time.localtime(tick.at)) for tick in found]
    assert clocks == ["15:00", "18:00", "21:00", "00:00", "03:00", "06:00", "09:00", "12:00"]
    days = time_ticks(change - 3 * DAY, change + 3 * DAY, 8)
    assert {time.strftime("%H:%M", time.localtime(tick.at)) for tick in days} == {"00:00"}


def test_nothing_to_tell() -> None:
    assert time_ticks(NOON, NOON, 5) == []
    assert time_ticks(NOON - 5, NOON, 0) == []


@pytest.mark.parametrize(
    ("most", "top"), [(0.0, 1.0), (0.3, 0.4), (97.0, 100.0), (101.0, 200.0), (450.0, 500.0), (float("inf"), 1.0)]
)
def test_axes_end_at_round_numbers(most: float, top: float) -> None:
    assert nice_top(most) == pytest.approx(top)
    assert nice_top(most) / 2 == pytest.approx(top / 2)


def test_memory_ends_at_powers_of_two() -> None:
    assert [nice_top(most, binary=True) for most in (20.0, 24.0, 25.0, 33.0, 0.4)] == [24.0, 24.0, 32.0, 48.0, 0.5]
    assert nice_top(1.0, 10.0) == 10.0


def test_numbers_beside_the_axis() -> None:
    assert [value_text(v, 100) for v in (100, 50, 0)] == ["100", "50", "0"]
    assert [value_text(v, 1) for v in (1.0, 0.5, 0.0)] == ["1", "0.5", "0"]
    assert value_text(0.05, 0.1) == "0.05"
