"""Dialogs over a plan: what would happen is asked of the host while one looks, and nothing is done that it refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.fleet.storage import VolumeKey
from console.fleet.storing import Plan, Weight
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.theme import theme
from console.ui.widgets.labels import GlyphLabel, label
from console.words import _, errors, storage

if TYPE_CHECKING:
    from console.ui.context import Context

SOON_MS = 250  # between the last key and the question
MOST = 200  # sentences shown; the rest is counted
_GLYPHS = {
    Weight.STOP: ("octagon-cross", "error"),
    Weight.WARNING: ("triangle-bang", "warning-glyph"),
    Weight.FACT: ("disc-info", "text3"),
}


class PlanLines(QWidget):
    """A plan's sentences, each with its glyph."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "base")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, theme.px(8), 0)
        self._column.setSpacing(theme.px(6))
        self._column.addStretch(1)
        self.texts: list[str] = []

    def show_plan(self, plan: Plan, name: Callable[[str], str]) -> None:
        says = storage.told(plan)
        rows = [(_GLYPHS[say.weight], storage.say(say, name)) for say in says[:MOST]]
        if len(says) > MOST:
            rows.append((_GLYPHS[Weight.FACT], _("{n} more of the kind").format(n=len(says) - MOST)))
        self.show_rows(rows)

    def show_rows(self, rows: list[tuple[tuple[str, str], str]]) -> None:
        """Glyph and text of each row; rows that say the same stay."""
        texts = [text for _glyph, text in rows]
        if texts == self.texts:
            return
        self.texts = texts
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for number, (glyph, text) in enumerate(rows):
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.px(8))
            holder = QVBoxLayout()
            holder.setContentsMargins(0, theme.px(2), 0, 0)
            holder.addWidget(GlyphLabel(*glyph))
            holder.addStretch(1)
            line.addLayout(holder)
            line.addWidget(label(text, wrap=True), 1)
            self._column.insertWidget(number, row)


class PlannedDialog(Dialog):
    """Subclasses fill `form`, say what to plan (`request`), how to run it and the line that does the same, and call `replan`
    when anything they hold has changed."""

    def __init__(
        self,
        ctx: Context,
        title: str,
        act: str,
        parent: QWidget | None = None,
        *,
        danger: bool = False,
        width: int = 560,
    ) -> None:
        super().__init__(title, parent, width=width)
        self._ctx = ctx
        self._number = 0
        self.planned: Plan | None = None
        self.form = QVBoxLayout()
        self.form.setSpacing(theme.px(12))
        self.body.addLayout(self.form)
        self.lines = PlanLines()
        self.body.addWidget(scrolled(self.lines), 1)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._copy = self.add_command(self.command)
        self._copy.setEnabled(False)
        self.add_close()
        self.add_main(act, self._go, "danger" if danger else "primary")
        self.idle()

    # for subclasses

    def request(self) -> Callable[[], Plan]:
        """What to ask, off Qt's thread. Raises FleetError where the form cannot be meant."""
        raise NotImplementedError

    def run(self) -> object:
        """Begins the job."""
        raise NotImplementedError

    def command(self) -> str:
        """The line that does the same."""
        raise NotImplementedError

    # the plan

    def replan(self, soon: bool = True) -> None:
        """Asks anew; until the answer is there nothing can be pressed."""
        self._number += 1
        self.planned = None
        self._copy.setEnabled(False)
        self.idle()
        if soon:
            self._soon.start()
        else:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        number = self._number
        try:
            work = self.request()
        except FleetError as error:
            self._refused(number, error)
            return
        self._ctx.bridge.run(work, lambda plan: self._show(number, plan), lambda error: self._refused(number, error))

    def _name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    def _show(self, number: int, plan: Plan) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        self.planned = plan
        self.lines.show_plan(plan, self._name)
        self._copy.setEnabled(True)
        self.hold(_("It cannot be done as it stands.") if plan.refused else "")

    def _refused(self, number: int, error: FleetError) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        self.lines.show_rows([(("octagon-cross", "error"), errors.why(error.problem))])
        self.hold(_("It cannot be done as it stands."))

    def _go(self) -> None:
        if self.planned is None or self.planned.refused:
            return
        try:
            self.run()
        except FleetError as error:
            self.failed(error, self.planned.kind)
            return
        self.accept()


class DeleteVolumesDialog(PlannedDialog):
    """Volumes by name, and who needs them. Where another host names the same path and nobody knows whether the hosts share
    it, a tick says that they don't."""

    def __init__(self, ctx: Context, title: str, keys: Sequence[VolumeKey], parent: QWidget | None = None) -> None:
        super().__init__(ctx, title, title, parent, danger=True, width=640)
        self._keys = tuple(keys)
        self.apart = QCheckBox(_("The hosts don’t share these files: elsewhere the same path is another file"))
        self.apart.hide()
        self.apart.toggled.connect(lambda _on: self.replan(soon=False))
        self.form.addWidget(self.apart)
        self.lines.show_rows([(("clock", "text3"), _("Asking the host what would happen…"))])
        self.replan(soon=False)

    def _show(self, number: int, plan: Plan) -> None:
        super()._show(number, plan)
        if any(say.code == "far-doubt" for say in plan.says):
            self.apart.show()

    def request(self) -> Callable[[], Plan]:
        not_shared, service = self.apart.isChecked(), self._ctx.services.storage
        return lambda: service.plan_delete(self._keys, not_shared=not_shared)

    def run(self) -> object:
        return self._ctx.services.storage.run_delete(self._keys, not_shared=self.apart.isChecked())

    def command(self) -> str:
        return self._ctx.services.storage.delete_line(self._keys, self.apart.isChecked())


class ActPlanDialog(PlannedDialog):
    """A plan alone, before it is done: to stop a pool, to remove it."""

    def __init__(
        self,
        ctx: Context,
        title: str,
        act: str,
        plan: Callable[[], Plan],
        run: Callable[[], object],
        command: Callable[[], str],
        parent: QWidget | None = None,
        *,
        danger: bool = True,
    ) -> None:
        self._plan_it, self._run_it, self._line = plan, run, command
        super().__init__(ctx, title, act, parent, danger=danger, width=640)
        self.lines.show_rows([(("clock", "text3"), _("Asking the host what would happen…"))])
        self.replan(soon=False)

    def request(self) -> Callable[[], Plan]:
        return self._plan_it

    def run(self) -> object:
        return self._run_it()

    def command(self) -> str:
        return self._line()
