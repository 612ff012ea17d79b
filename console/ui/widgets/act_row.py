"""A bar over a table: what is shown at the left, acts at the right, whose labels go where there is no room for them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QWidget

from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.action_button import ActionButton

LEAST = 240  # px


class _Folding(ActionButton):
    """Shows its icon alone where it is told to; its name stays for who cannot see it."""

    def __init__(self, action: QAction) -> None:
        self._labelled = True
        super().__init__(action, kind="flat")

    def set_labelled(self, labelled: bool) -> None:
        if labelled != self._labelled:
            self._labelled = labelled
            self._follow()
            self.updateGeometry()

    @Slot()
    def _follow(self) -> None:
        super()._follow()
        self.setAccessibleName(self._action.text())
        if not self._labelled:
            self.setText("")
            tip = self.toolTip()
            name = self._action.text()
            self.setToolTip(tip if tip == name else f"{name}\n{tip}")


class ActRow(QFrame):
    """As high as an action bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(HEIGHTS["actions"]))
        self.setProperty("ground", "sunken")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(12), 0, theme.px(8), 0)
        self._row.setSpacing(theme.px(2))
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it leaves labels out by itself
        self._row.addStretch(1)
        self._buttons: list[_Folding] = []

    def add_left(self, *widgets: QWidget) -> None:
        """Puts widgets at the left, apart from each other."""
        for widget in widgets:
            at = self._row.count() - 1 - len(self._buttons)
            if at:
                self._row.insertSpacing(at, theme.px(10))
                at += 1
            self._row.insertWidget(at, widget)

    def add_actions(self, actions: Iterable[QAction]) -> None:
        """Puts a button for each at the right."""
        for action in actions:
            button = _Folding(action)
            self._buttons.append(button)
            self._row.addWidget(button)

    def add_right(self, widget: QWidget) -> None:
        """Puts a widget at the right end; it keeps its label."""
        self._row.addWidget(widget)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(LEAST), theme.px(HEIGHTS["actions"]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Leaves labels out, or brings them back."""
        for labelled in (True, False):
            for button in self._buttons:
                button.set_labelled(labelled)
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                return
