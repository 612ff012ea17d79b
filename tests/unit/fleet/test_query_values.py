from __future__ import annotations

import time

import pytest

from console.fleet.query_values import (
    DAY,
    UNITS,
    BadPattern,
    Measure,
    NotANumber,
    NotAUnit,
    SlowPattern,
    number,
    pattern,
)


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("80", Measure.PERCENT, 80),
        ("80%", Measure.PERCENT, 80),
        ("4", Measure.MEMORY, 4 * 2**30),
        ("4G", Measure.MEMORY, 4 * 2**30),
        ("4GiB", Measure.MEMORY, 4 * 2**30),
        ("4 GB", Measure.MEMORY, 4e9),
        ("512m", Measure.MEMORY, 512 * 2**20),
        ("1,5G", Measure.SIZE, 1.5 * 2**30),
        (".5T", Measure.SIZE, 2**39),
        ("100B", Measure.SIZE, 100),
        ("100M/s", Measure.DISK_RATE, 100 * 2**20),
        ("100MiB/s", Measure.DISK_RATE, 100 * 2**20),
        ("100", Measure.DISK_RATE, 100 * 2**20),
        ("8", Measure.NET_RATE, 1e6),
        ("8Mbit", Measure.NET_RATE, 1e6),
        ("8kbit/s", Measure.NET_RATE, 1e3),
        ("1Gbit", Measure.NET_RATE, 1.25e8),
        ("3", Measure.COUNT, 3),
        ("30d", Measure.TIME, 30 * DAY),
        ("1h30min", Measure.TIME, 5400),
        ("90s", Measure.TIME, 90),
        ("5m", Measure.TIME, 300),
        ("1y", Measure.TIME, 365 * DAY),
    ],
)
def test_numbers_with_their_units(text: str, measure: Measure, value: float) -> None:
    assert number(text, measure) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("30", Measure.TIME),
        ("1h30", Measure.TIME),
        ("3G", Measure.COUNT),
        ("4G/s", Measure.MEMORY),
        ("4Mbit", Measure.MEMORY),
        ("3 apples", Measure.SIZE),
        ("80G", Measure.PERCENT),
    ],
)
def test_a_unit_that_is_none(text: str, measure: Measure) -> None:
    with pytest.raises(NotAUnit):
        number(text, measure)


@pytest.mark.parametrize("measure", Measure)
def test_no_number(measure: Measure) -> None:
    for text in ("", "x", "-3", "many", "G"):
        with pytest.raises(NotANumber):
            number(text, measure)


@pytest.mark.parametrize("measure", [measure for measure in Measure if UNITS[measure]])
def test_the_units_that_are_named_are_understood(measure: Measure) -> None:
    assert all(number(f"2{unit}", measure) > 0 for unit in UNITS[measure])


@pytest.mark.parametrize(
    "text",
    [
        "^web-[0-9]+$",
        "(a|b)c",
        "a.*b.*c",
        "(?:web|db)-\\d{2}",
        "[)(]+",
        "(web|db)+",
        "a{2,5}",
        "(x{2}){3}",
        "\\(a+\\)+",
        "(ab)*",
    ],
)
def test_patterns_that_end(text: str) -> None:
    assert pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+b", "(a*)*", "(a|a)*b", "(a|ab)*c", "((a+)b?)+", "(.*a){20}", "(x+x+)+y", "(a?){50}",
        "a?" * 25 + "a" * 25, "a{0,9}" * 6 + "b", "(a)\\1*", "a*a*a*a*a*b",
        "(?P<n>a+)+", "(?:a+){2,}", "([a-z]+)*", "(\\w|\\d)+", "a" * 201,
    ],
)  # fmt: skip
def test_patterns_that_might_not_are_refused(text: str) -> None:
    with pytest.raises(SlowPattern) as caught:
        pattern(text)
    assert 0 <= caught.value.at <= len(text)


@pytest.mark.parametrize("text", ["(", "[", "*", "a)", "(?<", "(?P<n>a)(?P<n>b)", "a{99999999999999}", "\\"])
def test_broken_patterns(text: str) -> None:
    with pytest.raises(BadPattern):
        pattern(text)


def test_whatever_is_let_through_ends_on_a_nasty_text() -> None:
    nasty = "a" * 5000 + "!"
    for text in ("a.*b.*c", "a*a*a*b", "(ab|cd)+e", "a{0,10}a{0,10}a{0,10}b", "[a]+[b]+"):
        started = time.perf_counter()
        assert not pattern(text).fits(nasty)
        assert time.perf_counter() - started < 5, text


@pytest.mark.parametrize(
    ("text", "fits", "not_fits"),
    [
        ("^web", "a\nweb-1", "a\nx-web"),
        ("^web$", "a\nweb\nb", "a\nweb-1"),
        ("^a|b", "xxb", "xa"),
        ("^", "", None),
        ("^[ab]c", "bc", "xbc"),
        ("^A.*Z$", "abcz", "abcz1"),
        ("^a.*b.*c", "x\na1b2c", "x\nya1b2c"),
    ],
)
def test_each_line_has_a_beginning_and_an_end(text: str, fits: str, not_fits: str | None) -> None:
    made = pattern(text)
    assert made.fits(fits)
    assert not_fits is None or not made.fits(not_fits)
