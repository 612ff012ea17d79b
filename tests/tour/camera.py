"""Pictures of the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from tests.tour.waiting import settle


class Camera:
    """Writes NN-name-ending.png to `folder`; ending: the look, "light" or "dark@2x"."""

    def __init__(self, folder: Path, ending: str) -> None:
        self.folder = folder
        self.taken: list[Path] = []
        self._ending = ending

    def shoot(self, widget: QWidget, name: str, size: QSize | None = None) -> None:
        """Takes one picture; `size` for it only. Errors: OSError where it cannot be written."""
        before = widget.size()
        if size is not None:
            widget.resize(size)
        settle(0.15)
        path = self.folder / f"{len(self.taken) + 1:02}-{name}-{self._ending}.png"
        if not widget.grab().save(str(path)):
            raise OSError(f"{path} was not written")
        self.taken.append(path)
        if size is not None:
            widget.resize(before)
            settle(0.1)
