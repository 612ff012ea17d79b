"""What tests of the window share: the application dressed, the light theme, the scale the design is drawn for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from console.ui import icons
from console.ui.theme import theme
from console.ui.theme.tokens import COLORS


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application with its style sheet, fonts and icons."""
    icons.install()
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def look(dressed: QApplication) -> Iterator[None]:
    """Every test starts light, at scale 1, and leaves the theme's colours as they are: they are everybody's."""
    if theme.dark or theme.scale != 1.0:
        theme.apply(dressed, "light")
    yield
    if theme._accent is None:
        changed = {
            role: theme.hex(role) for role, pair in COLORS.items() if theme.color(role) != QColor(pair[theme.dark])
        }
        if changed:
            theme.apply(dressed, "light")  # the next test shall not pay for it
        assert not changed, f"colours of the theme were changed in place (a QColor it gave is to be copied): {changed}"
