"""A search field with the ways to the next and the previous hit, and which one is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.buttons import IconButton
from console.ui.widgets.fields import SearchField
from console.ui.widgets.labels import label
from console.words import _, units

Find = Callable[..., None]  # text, backward=, onward=


class FindBar(QWidget):
    """find: is told the text, and whether it is the hit before or the next one that is wanted. leave: Esc in an empty field.

    `on_found` is for the signal with the number of the hit and how many there are.
    """

    def __init__(self, placeholder: str, find: Find, leave: Callable[[], object], width: int = 320) -> None:
        super().__init__()
        self._find = find
        self.field = SearchField(placeholder)
        self.field.setMaximumWidth(theme.px(width))
        self.field.changed.connect(lambda text: find(text))
        self.field.returnPressed.connect(lambda: self._next(False))
        self.field.down_pressed.connect(lambda: self._next(False))
        self.field.left.connect(lambda: leave())
        self.hits = label("", "hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.field, 1)
        for icon, name, backward in (("chevron-up", _("Previous hit"), True), ("chevron-down", _("Next hit"), False)):
            button = IconButton(icon, name)
            button.clicked.connect(lambda _on=False, back=backward: self._next(back))
            row.addWidget(button)
        row.addWidget(self.hits)

    def _next(self, backward: bool) -> None:
        if self.field.text():
            self._find(self.field.text(), backward=backward, onward=True)

    @Slot(int, int)
    def on_found(self, number: int, of: int) -> None:
        if not self.field.text():
            self.hits.setText("")
        elif not of:
            self.hits.setText(_("not found"))
        else:
            self.hits.setText(_("{number} of {all}").format(number=units.count(number), all=units.count(of)))
