import pytest
from PySide6.QtGui import QColor

from console.ui.theme.contrast import contrast, luminance, mixed


def test_contrast_of_the_extremes() -> None:
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21, abs=0.01)
    assert contrast(QColor("#777777"), QColor("#777777")) == 1


def test_contrast_does_not_depend_on_the_order() -> None:
    assert contrast(QColor("#3450C4"), QColor("white")) == contrast(QColor("white"), QColor("#3450C4"))


def test_luminance_of_white_is_one() -> None:
    assert luminance(QColor("white")) == pytest.approx(1)


def test_mixed_half_way() -> None:
    assert mixed(QColor("white"), QColor("black"), 0.5).red() in (127, 128)
    assert mixed(QColor("#112233"), QColor("black"), 1.0).name() == "#112233"
