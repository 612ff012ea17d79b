import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from console.ui.theme import theme
from console.ui.widgets import plot_text
from console.ui.widgets.plot_text import LEFT, MIDDLE, RIGHT, paint_text, width_of

pytestmark = pytest.mark.usefixtures("dressed")
BOX = QRectF(10, 5, 180, 20)


def written(text: str, side: int = LEFT, color: str = "text", ratio: float = 1.0) -> QImage:
    image = QImage(round(200 * ratio), round(30 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    paint_text(painter, BOX, text, "axis", color, side)
    painter.end()
    return image


def inked(image: QImage) -> list[int]:
    """Columns with ink."""
    return [x for x in range(image.width()) if any(image.pixel(x, y) != 0xFFFFFFFF for y in range(image.height()))]


def test_texts_stand_left_right_and_in_the_middle() -> None:
    left, right, middle = (inked(written("13:42", side)) for side in (LEFT, RIGHT, MIDDLE))
    assert 10 <= left[0] <= 12
    assert 187 <= right[-1] <= 190
    assert abs((middle[0] + middle[-1]) / 2 - 100) <= 2
    assert abs(left[-1] - left[0] - width_of("13:42", "axis")) <= 3
    assert inked(written("")) == []


def test_a_text_is_laid_out_once_for_each_colour_scale_and_look(
    dressed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot_text._kept.clear()
    count: list[str] = []
    drawn = plot_text._drawn
    monkeypatch.setattr(plot_text, "_drawn", lambda text, *more: (count.append(text), drawn(text, *more))[1])
    for _again in range(3):
        written("100")
    assert len(count) == 1
    light = written("100")
    written("100", color="text3")
    assert len(inked(written("100", ratio=2.0))) > 1.5 * len(inked(light))
    theme.apply(dressed, "dark")
    assert written("100") != light
    assert len(count) == 4


def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_text, "LIMIT", 20)
    for number in range(100):
        written(str(number))
    assert len(plot_text._kept) <= 21
    assert len(plot_text._widths) <= 21
