from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.chips import Bar, Chip, ChipRow, chip_width, fitting


def test_chip_is_as_wide_as_its_text(qtbot: QtBot) -> None:
    chip = Chip("prod")
    qtbot.addWidget(chip)
    assert chip.width() == theme.metrics("chip").horizontalAdvance("prod") + 14
    assert chip.accessibleName() == "prod"


def test_chips_grow_with_the_font(qapp: QApplication) -> None:
    before = chip_width("prod")
    theme.apply(qapp, "light", font_scale=2.0)
    assert chip_width("prod") > before * 1.5


def test_as_many_fit_as_there_is_room() -> None:
    tags = ("build", "linux", "nightly")
    whole = sum(map(chip_width, tags)) + 8
    assert fitting(tags, whole) == 3
    assert fitting(tags, whole - 1) == 2 or fitting(tags, whole - 1) == 1
    assert fitting(tags, chip_width("build") + 4 + 30) == 1
    assert fitting(tags, 5) == 0
    assert fitting((), 5) == 0


def test_row_says_all_tags(qtbot: QtBot) -> None:
    row = ChipRow(("a", "b"))
    qtbot.addWidget(row)
    assert row.accessibleName() == "a, b"
    wide = row.sizeHint().width()
    row.set_tags(("a",))
    assert row.sizeHint().width() < wide
    assert row.minimumSizeHint().width() <= 32
    row.grab()


def test_bar_shows_used_over_promised(qtbot: QtBot) -> None:
    bar = Bar(100, 6)
    qtbot.addWidget(bar)
    bar.set_value(0.3, 0.6)
    image = bar.grab().toImage()
    middle = bar.height() // 2
    assert image.pixelColor(15, middle).name() == theme.hex("series1")
    assert image.pixelColor(50, middle).name() == theme.hex("promised")
    assert image.pixelColor(90, middle).name() == theme.hex("track")
    bar.set_value(None)
    assert bar.grab().toImage().pixelColor(15, middle).name() == theme.hex("track")


def test_little_is_still_seen(qtbot: QtBot) -> None:
    bar = Bar(100, 6)
    qtbot.addWidget(bar)
    bar.set_value(0.001)
    assert bar.grab().toImage().pixelColor(2, bar.height() // 2).name() == theme.hex("series1")
