import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.theme.contrast import contrast
from console.ui.theme.tokens import COLORS


def test_mode_chooses_the_colors_and_tells(qapp: QApplication, qtbot: QtBot) -> None:
    generation = theme.generation
    with qtbot.waitSignal(theme.changed):
        theme.apply(qapp, "dark")
    assert theme.dark
    assert theme.generation > generation
    assert theme.hex("base") == COLORS["base"][1].lower()
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.color("base")
    theme.apply(qapp, "light")
    assert theme.hex("base") == COLORS["base"][0].lower()


def test_system_follows_the_desktop(qapp: QApplication) -> None:
    theme.apply(qapp, "system")
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.dark is dark


def test_unknown_mode_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="purple"):
        theme.apply(qapp, "purple")


def test_readable_accent_of_the_desktop_is_taken(qapp: QApplication) -> None:
    accent = QColor("#0B6E4F")
    theme.apply(qapp, "light", accent)
    assert theme.color("accent") == accent
    assert theme.color("primary") == accent
    assert contrast(accent, theme.color("selection")) >= 4.5
    theme.apply(qapp, "light")
    assert theme.hex("accent") == COLORS["accent"][0].lower()


def test_pale_accent_of_the_desktop_is_left(qapp: QApplication) -> None:
    theme.apply(qapp, "light", QColor("#FFD900"))
    assert theme.hex("accent") == COLORS["accent"][0].lower()


def test_font_scale_scales_lengths_and_fonts(qapp: QApplication) -> None:
    theme.apply(qapp, "light", font_scale=1.5)
    assert theme.px(28) == 42
    assert theme.font("body").pixelSize() == 20
    assert theme.metrics("body").height() > 20
    theme.apply(qapp, "light")
    assert theme.px(28) == 28


def test_series_repeat_after_the_sixth() -> None:
    assert theme.series(0) == theme.series(6) != theme.series(1)


def test_fill_is_pale() -> None:
    assert contrast(theme.fill(theme.series(0)), theme.color("base")) < 1.4
