"""The table keeps what it promises: contrast that can be read."""

import pytest
from PySide6.QtGui import QColor

from console.ui.theme.contrast import contrast
from console.ui.theme.tokens import COLORS, FONTS, HEIGHTS, SERIES

GROUNDS = ("base", "window", "sunken")


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("role", ["text", "text2", "text3", "accent", "good", "warning", "error"])
def test_text_can_be_read_on_every_ground(role: str, mode: int) -> None:
    for ground in (*GROUNDS, "selection"):
        assert contrast(QColor(COLORS[role][mode]), QColor(COLORS[ground][mode])) >= 4.5, ground


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("meaning", ["good", "warning", "error"])
def test_meaning_can_be_read_on_its_tint(meaning: str, mode: int) -> None:
    assert contrast(QColor(COLORS[meaning][mode]), QColor(COLORS[f"{meaning}-tint"][mode])) >= 4.5


@pytest.mark.parametrize("mode", [0, 1])
def test_buttons_can_be_read(mode: int) -> None:
    for button in ("primary", "danger"):
        assert contrast(QColor(COLORS["on-button"][mode]), QColor(COLORS[button][mode])) >= 4.5


@pytest.mark.parametrize("mode", [0, 1])
def test_fields_and_series_stand_out_from_the_page(mode: int) -> None:
    for role in ("control", *(f"series{n}" for n in range(1, SERIES + 1))):
        assert contrast(QColor(COLORS[role][mode]), QColor(COLORS["base"][mode])) >= 3, role


def test_every_color_is_whole() -> None:
    for role, pair in COLORS.items():
        assert all(QColor(value).isValid() and len(value) == 7 for value in pair), role


def test_sizes_are_those_of_the_design() -> None:
    assert (HEIGHTS["row"], HEIGHTS["head"], HEIGHTS["top"], HEIGHTS["tabs"]) == (28, 28, 40, 36)
    assert FONTS["body"] == (13, 400)
