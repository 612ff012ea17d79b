"""Spans and measures as they are typed; what the commands do with them is in test_stats.py and test_top.py."""

from __future__ import annotations

import time
from datetime import datetime

import click
import pytest

from console.cli import spans
from console.fleet.history import Measure

PARAM = click.Option(["--since"])
CONTEXT = click.Context(click.Command("x"))


def moment(text: str) -> float:
    return spans._moment(CONTEXT, PARAM, text)


@pytest.mark.parametrize(
    ("text", "ago"), [("now", 0), ("90s", 90), ("2h", 7200), ("1h30min", 5400), ("7d", 604800), ("1w", 604800)]
)
def test_how_long_ago(text: str, ago: float) -> None:
    assert moment(text) == pytest.approx(time.time() - ago, abs=5)


def test_a_moment() -> None:
    assert moment("2026-11-20 13:40") == datetime(2026, 11, 20, 13, 40).astimezone().timestamp()
    assert moment("2026-11-20T13:40:00+02:00") == datetime.fromisoformat("2026-11-20T13:40:00+02:00").timestamp()
    today = datetime.now().astimezone().replace(hour=0, minute=1, second=0, microsecond=0)
    assert moment("00:01") == pytest.approx(today.timestamp(), abs=86400)


@pytest.mark.parametrize("text", ["", "5", "2 hours", "yesterday", "2026-13-01", "25:00", "-2h", "nan"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no time"):
        moment(text)


def test_measures_each_once_in_order() -> None:
    found = spans.chosen(CONTEXT, PARAM, "net, cpu,net-in,")
    assert found == (Measure.NET_IN, Measure.NET_OUT, Measure.CPU)
    assert spans.chosen(CONTEXT, PARAM, None) == ()
    with pytest.raises(click.BadParameter, match="no measure x"):
        spans.chosen(CONTEXT, PARAM, "cpu,x")


def test_a_span_that_cannot_be() -> None:
    now = time.time()
    spans.checked(now - 5, now)
    with pytest.raises(click.UsageError):
        spans.checked(now, now)
    with pytest.raises(click.UsageError):
        spans.checked(0.0, now - 400 * 86400)
