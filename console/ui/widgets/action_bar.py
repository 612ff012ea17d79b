"""The bar over a table: quick filters while nothing is selected, acts when something is. It moves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QStackedWidget, QWidget

from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.fields import KeyHint
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _


class _ActionButton(Button):
    """Shows a QAction as a flat button: its text, icon, whether it can be done and why not."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(action.text(), parent, kind="flat", name=action.text())
        self._action = action
        self._labelled = True
        self.setIcon(action.icon())
        self.setIconSize(QSize(theme.px(14), theme.px(14)))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def set_labelled(self, labelled: bool) -> None:
        self._labelled = labelled
        self._follow()

    def _follow(self) -> None:
        text = self._action.text() if self._labelled else ""
        if self.text() != text:
            self.setText(text)
            self.updateGeometry()
        self.setEnabled(self._action.isEnabled())
        self.setAccessibleName(self._action.text())
        self.setToolTip(self._action.toolTip())


class Slot(msgspec.Struct, frozen=True):
    """One thing in the bar: an action, or a button with a menu; None for both is a line between groups."""

    action: QAction | None = None
    button: QWidget | None = None


class ActionBar(QWidget):
    """38 high. `say` tells what is selected and switches between the two rows.

    When there is no room the sum goes first, then the labels.

    Signals:
        filtered(str): a quick filter was chosen.
        cleared(): "Clear" was pressed.
    """

    filtered = Signal(str)
    cleared = Signal()

    def __init__(self, slots: Sequence[Slot], filters_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(HEIGHTS["actions"]))
        self._stack = QStackedWidget(self)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 1, 0, 0)
        outer.addWidget(self._stack)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it leaves things out by itself
        self._filters = Segmented([Segment("", "")], filters_name, small=True)
        self._filters.chosen.connect(self.filtered)
        self._stack.addWidget(self._row((self._filters,)))
        self._count = label("", "strong")
        self._sum = label("", tone="text2")
        self._buttons: list[QWidget] = []
        self._acts = self._acting_row(slots)
        self._stack.addWidget(self._acts)

    def _row(self, widgets: Iterable[QWidget]) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        layout.setSpacing(0)
        for widget in widgets:
            layout.addWidget(widget)
        layout.addStretch(1)
        return row

    def _acting_row(self, slots: Sequence[Slot]) -> QWidget:
        row = self._row((self._count,))
        layout = row.layout()
        assert isinstance(layout, QHBoxLayout)
        at = layout.count() - 1
        for widget in (_gap(8), self._sum, *self._made(slots)):
            layout.insertWidget(at, widget)
            at += 1
        clear = Button(_("Clear"), kind="flat", name=_("Clear the selection"))
        clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        clear.clicked.connect(self.cleared)
        layout.addWidget(clear)
        layout.addWidget(KeyHint("Esc"))
        return row

    def _made(self, slots: Sequence[Slot]) -> list[QWidget]:
        made: list[QWidget] = []
        for slot in slots:
            if slot.action is not None:
                button = _ActionButton(slot.action)
                self._buttons.append(button)
                made.append(button)
            elif slot.button is not None:
                self._buttons.append(slot.button)
                made.append(slot.button)
            else:
                made.extend((_gap(8), _line(), _gap(5)))
        return made

    def say(self, count: str, sum_: str) -> None:
        """What is selected: "4 selected", "on 2 hosts, 64 GiB memory"; an empty count shows the quick filters."""
        self._count.setText(count)
        self._sum.setText(sum_)
        self._stack.setCurrentIndex(1 if count else 0)
        self._fit()
        self.update()

    @property
    def acting(self) -> bool:
        """It shows acts, not filters."""
        return self._stack.currentIndex() == 1

    def set_filters(self, filters: Sequence[Segment], chosen: str) -> None:
        self._filters.set_segments(filters)
        self._filters.set_current(chosen)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(HEIGHTS["actions"]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self._acts.layout()
        if layout is None or not self.acting:
            return
        for labelled, summed in ((True, True), (True, False), (False, False)):
            self._sum.setVisible(summed and bool(self._sum.text()))
            for button in self._buttons:
                if isinstance(button, _ActionButton):
                    button.set_labelled(labelled)
            layout.invalidate()
            if layout.minimumSize().width() <= self.width():
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("selection" if self.acting else "base"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("selection-line" if self.acting else "line"))
        if self.acting:
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("selection-line"))
        else:
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))


def _gap(width: int) -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(theme.px(width))
    return gap


class _Line(QFrame):
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("selection-line"))


def _line() -> QWidget:
    line = _Line()
    line.setFixedSize(1, theme.px(20))
    return line


def menu_button(icon: str, text: str, name: str) -> Button:
    """A flat button for a bar that opens a menu; set the menu on it."""
    if not text:
        return IconButton(icon, name)
    button = Button(text, kind="flat", icon=icon, role="text", name=name)
    button.setIconSize(QSize(theme.px(16), theme.px(16)))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
