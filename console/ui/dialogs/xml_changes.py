"""Before a VM is configured anew: what changes by meaning and when, the lines that differ, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from console.libvirtxml import changes, diffing
from console.services.edit import EditPlan
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.theme import theme
from console.ui.widgets.change_list import ChangeList
from console.ui.widgets.diff_view import DiffView
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, edits

if TYPE_CHECKING:
    from console.ui.context import Context

ROOM = 0.34  # of the dialog's height that the list of changes may take at most


class XmlChangesDialog(Dialog):
    """Shows a plan; `apply` is called with it, or with one that leaves what runs as it is."""

    def __init__(
        self,
        ctx: Context,
        plan: EditPlan,
        apply: Callable[[EditPlan], object],
        parent: QWidget | None = None,
    ) -> None:
        title = _("Go back: {name}") if plan.reason == "restore" else _("Change {name}")
        super().__init__(title.format(name=plan.name), parent, width=960)
        self._plan, self._apply = plan, apply
        self.changes = ChangeList(plan.changes, plan.running)
        self.diff = DiffView()
        self.how = Segmented(
            [Segment("below", _("Below each other")), Segment("beside", _("Side by side"))], _("How it is compared")
        )
        self.how.chosen.connect(lambda how: self.diff.set_beside(how == "beside"))
        self.live = QCheckBox(_("Change the running VM too, as far as it can be"))
        self.live.setChecked(plan.live)
        self.live.setVisible(plan.running and bool(plan.now))
        self.live.toggled.connect(lambda _on: self._show())
        self._area = scrolled(self.changes)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.body.addWidget(self._area)
        self.body.addWidget(self.live)
        head = QHBoxLayout()
        head.addWidget(label(_("Lines that differ"), "strong"))
        head.addStretch(1)
        head.addWidget(self.how)
        self.body.addLayout(head)
        self.body.addWidget(self.diff, 1)
        self.add_command(lambda: ctx.services.edit.command(self.plan))
        self.add_close()
        self.add_main("", self._go)
        self._show()
        self.read(ctx.bridge, lambda: _rows(plan), self.diff.show_rows)

    @property
    def plan(self) -> EditPlan:
        """As it is to be carried out."""
        return self._plan if self.live.isChecked() or not self._plan.live else self._plan.only_next()

    def show_at(self, height: int = 640) -> None:
        super().show_at(height)

    def _show(self) -> None:
        plan = self.plan
        self.changes.show_changes(plan.changes, plan.running)
        self._fit()
        assert self.main is not None
        if not plan.changes:
            self.main.setText(_("Apply"))
            self.hold(_("Nothing changes."))
            return
        self.main.setText(_("Apply {changes}").format(changes=edits.counted(len(plan.changes))))
        if plan.running and not plan.now:
            self._why.setText(_("All of it holds from the next start."))

    def _fit(self) -> None:
        """The list gets the room it needs at this width, the lines get the rest."""
        width = self._area.viewport().width() if self.isVisible() else theme.px(self._width - 40)
        wanted = self.changes.height_at(width) + theme.px(4)
        self._area.setFixedHeight(min(wanted, round(theme.px(640) * ROOM)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _go(self) -> None:
        self._apply(self.plan)
        self.accept()


def _rows(plan: EditPlan) -> list[diffing.Row]:
    return diffing.rows(changes.redacted(plan.base), changes.redacted(plan.text))
