import pytest
from PySide6.QtGui import QFontDatabase, QFontMetrics

from console.ui.theme import fonts


def test_role_gives_size_and_weight() -> None:
    font = fonts.make("title", 1.0)
    assert (font.pixelSize(), font.weight()) == (20, 600)


def test_scale_makes_it_larger() -> None:
    assert fonts.make("body", 1.5).pixelSize() == 20


@pytest.mark.parametrize("role", ["body", "name", "strong"])
def test_figures_are_of_one_width(role: str) -> None:
    metrics = QFontMetrics(fonts.make(role, 1.0))
    assert metrics.horizontalAdvance("1111111111") == metrics.horizontalAdvance("8888888888")


def test_family_is_one_that_is_installed() -> None:
    assert fonts.family() in QFontDatabase.families()


def test_no_desktop_leaves_the_scale_alone() -> None:
    assert fonts.desktop_scale() == 1.0  # tests run offscreen


def test_desktop_font_scales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_NO_DESKTOP", ())
    for pixels, scale in ((13, 1.0), (14, 1.0), (26, 2.0), (60, 2.0), (5, 0.85)):
        monkeypatch.setattr(fonts, "QFontInfo", lambda font, pixels=pixels: _Info(pixels))
        assert fonts.desktop_scale() == pytest.approx(scale)


class _Info:
    def __init__(self, pixels: int) -> None:
        self._pixels = pixels

    def pixelSize(self) -> int:
        return self._pixels
