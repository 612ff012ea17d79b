import pytest
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from console.ui.delegates import text as text_module
from console.ui.delegates.text import Texts
from console.ui.theme import theme


def ink(pixmap: QPixmap) -> list[int]:
    """Columns of pixels that are not white."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return [
        x for x in range(image.width()) if any(image.pixelColor(x, y).lightness() < 200 for y in range(image.height()))
    ]


def drawn(text: str, x: int, width: int, *, right: bool = False) -> tuple[list[int], int]:
    ground = QPixmap(200, 28)
    ground.fill(theme.color("base"))
    painter = QPainter(ground)
    advance = Texts().draw(painter, x, 14, text, "body", theme.color("text"), width, right=right)
    painter.end()
    return ink(ground), advance


def test_starts_at_its_left_edge() -> None:
    columns, advance = drawn("Hill", 20, 100)
    assert 20 <= columns[0] <= 23
    assert columns[-1] <= 20 + advance


def test_ends_at_its_right_edge() -> None:
    columns, _advance = drawn("212", 120, 100, right=True)
    assert 116 <= columns[-1] <= 120


def test_is_elided_to_its_room() -> None:
    columns, advance = drawn("a-very-long-name-of-a-virtual-machine", 10, 60)
    assert advance <= 60
    assert columns[-1] < 10 + 61


def test_newlines_do_not_break_the_line() -> None:
    assert Texts().laid_out("two\nlines", "body", 500)[1] == Texts().laid_out("two lines", "body", 500)[1]


def test_text_is_laid_out_once() -> None:
    texts = Texts()
    assert texts.laid_out("97 %", "body", 50)[0] is texts.laid_out("97 %", "body", 50)[0]


def test_new_theme_lays_out_anew(qapp: QApplication) -> None:
    texts = Texts()
    before = texts.laid_out("97 %", "body", 500)
    theme.apply(qapp, "light", font_scale=2.0)
    assert texts.laid_out("97 %", "body", 500)[1] > before[1]


def test_cache_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "LIMIT", 10)
    texts = Texts()
    for number in range(50):
        texts.laid_out(str(number), "body", 50)
    assert len(texts._kept) <= 12
