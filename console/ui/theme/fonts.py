"""Fonts: Inter where it is installed, else the desktop's; figures all of one width."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

from console.ui.theme.tokens import FONTS

PREFERRED = "Inter"
BODY = 13  # px the design is drawn for
_NO_DESKTOP = ("offscreen", "minimal", "vnc")


def desktop_scale() -> float:
    """How much larger than drawn the desktop wants its text; 1.0 where there is no desktop to ask."""
    if QGuiApplication.platformName() in _NO_DESKTOP:
        return 1.0
    pixels = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize()
    if abs(pixels - BODY) <= 1:  # 10 pt at 96 dpi is 13.3 px: as drawn
        return 1.0
    return min(2.0, max(0.85, pixels / BODY))


def family() -> str:
    """The family of everything but monospace text."""
    if PREFERRED in QFontDatabase.families():
        return PREFERRED
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def make(role: str, scale: float) -> QFont:
    """The font of a role of `tokens.FONTS`, tabular figures on where Qt can."""
    size, weight = FONTS[role]
    if role == "mono":
        font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
        font.setStyleHint(QFont.StyleHint.Monospace)
    else:
        font = QFont(family())
        set_feature = getattr(font, "setFeature", None)  # Qt 6.7
        if set_feature is not None:
            set_feature(QFont.Tag("tnum"), 1)
    font.setPixelSize(max(1, round(size * scale)))
    font.setWeight(QFont.Weight(weight))
    return font
