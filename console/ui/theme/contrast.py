"""Colour arithmetic: contrast as WCAG counts it, and mixing."""

from __future__ import annotations

from PySide6.QtGui import QColor


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def luminance(color: QColor) -> float:
    """Relative luminance, 0 black to 1 white."""
    return 0.2126 * _linear(color.redF()) + 0.7152 * _linear(color.greenF()) + 0.0722 * _linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """1 (same) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(over: QColor, under: QColor, share: float) -> QColor:
    """`over` painted on `under` with an opacity of `share`, as one solid colour."""

    def channel(a: float, b: float) -> float:
        return a * share + b * (1 - share)

    return QColor.fromRgbF(
        channel(over.redF(), under.redF()),
        channel(over.greenF(), under.greenF()),
        channel(over.blueF(), under.blueF()),
    )
