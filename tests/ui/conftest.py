"""What tests of the window share: the application dressed, the light theme, the scale the design is drawn for."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from console.ui import icons
from console.ui.theme import theme


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application with its style sheet, fonts and icons."""
    icons.install()
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def look(dressed: QApplication) -> None:
    """Every test starts light, at scale 1."""
    if theme.dark or theme.scale != 1.0:
        theme.apply(dressed, "light")
    return
