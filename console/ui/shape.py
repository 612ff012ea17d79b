"""How the window is divided: the navigator's width, the tasks' height and fold, and what of it a person chose."""

from __future__ import annotations

from base64 import b64decode, b64encode

from PySide6.QtCore import QByteArray, QObject, Qt, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from console.ui.context import Context
from console.ui.navigator import Navigator
from console.ui.tasks_pane import TasksPane
from console.ui.theme import theme
from console.ui.theme.tokens import LOW, NARROW, NAVIGATOR, NAVIGATOR_NARROW

NAVIGATOR_LEAST = 180


class Shape(QObject):
    """Divides `window` into navigator, page and tasks, fits them to its size and keeps for the next start what was chosen.

    Attributes:
        horizontal: navigator and all the rest; it is what the window lays out. vertical: page and tasks.
    """

    def __init__(self, ctx: Context, window: QWidget, navigator: Navigator, page: QWidget, tasks: TasksPane) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self._navigator = navigator
        self._tasks = tasks
        self._width_chosen = False
        self._fold_chosen = False
        self.vertical = QSplitter(Qt.Orientation.Vertical)
        self.horizontal = QSplitter(Qt.Orientation.Horizontal)
        for splitter, parts in (
            (self.vertical, (page, tasks)),
            (self.horizontal, (navigator, self.vertical)),
        ):
            splitter.setHandleWidth(0)
            splitter.setChildrenCollapsible(False)
            for part in parts:
                splitter.addWidget(part)
        self.vertical.setStretchFactor(0, 1)
        self.horizontal.setStretchFactor(1, 1)
        navigator.setMinimumWidth(theme.px(NAVIGATOR_LEAST))
        tasks.folded_changed.connect(self._on_folded)
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        self.horizontal.splitterMoved.connect(self._on_moved)

    def fit(self) -> None:
        """In a small window the navigator is narrower and the tasks are folded, as they are before the first one, unless a
        person said otherwise."""
        width = self._window.width()
        if not self._width_chosen:
            wanted = theme.px(NAVIGATOR if width >= theme.px(NARROW) else NAVIGATOR_NARROW)
            self.horizontal.setSizes([wanted, width - wanted])
        if not self._fold_chosen:
            self._tasks.set_folded(self._window.height() < theme.px(LOW) or not self._ctx.jobs.views())
        self._fit_tasks()

    def _fit_tasks(self) -> None:
        wanted = self._tasks.sizeHint().height()
        self.vertical.setSizes([self.vertical.height() - wanted, wanted])

    @Slot()
    def _on_jobs(self) -> None:
        if self._tasks.folded and not self._fold_chosen:
            self.fit()

    @Slot(bool)
    def _on_folded(self, _folded: bool) -> None:
        self._fold_chosen = True
        self._fit_tasks()

    @Slot(int, int)
    def _on_moved(self, _at: int, _index: int) -> None:
        self._width_chosen = True

    # from start to start

    def restore(self) -> None:
        """As the window was left."""
        layout = self._ctx.preferences.value.layout
        if "geometry" in layout:
            self._window.restoreGeometry(QByteArray(b64decode(layout["geometry"])))
        if layout.get("navigator", "").isdecimal():
            self._width_chosen = True
            width = int(layout["navigator"])
            self.horizontal.setSizes([width, self._window.width() - width])
        if "mode" in layout:
            self._navigator.set_mode(layout["mode"])
        if "tasks" in layout:
            self._fold_chosen = True
            self._tasks.set_folded(layout["tasks"] == "folded")

    def keep(self) -> None:
        """For the next start, with how many hosts there are to expect."""
        layout = dict(self._ctx.preferences.value.layout)
        layout["geometry"] = b64encode(self._window.saveGeometry().data()).decode()
        layout["hosts"] = str(len(self._ctx.inventory.specs()))
        layout["mode"] = self._navigator.tree.mode
        if self._fold_chosen:
            layout["tasks"] = "folded" if self._tasks.folded else "open"
        if self._width_chosen:
            layout["navigator"] = str(self._navigator.width())
        self._ctx.preferences.set(layout=layout)
