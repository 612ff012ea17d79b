"""How a VM was configured earlier: a list, any two compared, and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.edits import Version
from console.fleet.errors import FleetError
from console.libvirtxml import changes, diffing
from console.services.edit import EditPlan
from console.ui.dialogs.base import Dialog
from console.ui.models.rows import Column, RowTable
from console.ui.theme import theme
from console.ui.widgets.diff_view import DiffView
from console.ui.widgets.labels import label
from console.ui.widgets.row_view import RowView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import N_, _, edits, ngettext, units

if TYPE_CHECKING:
    from console.ui.context import Context


def _moment(at: float, now: float) -> str:
    """With seconds where it was today: versions follow each other quickly."""
    return units.clock(at) if units.date(at, now) == units.date(now, now) else units.moment(at, now)


COLUMNS: tuple[Column[Version], ...] = (
    Column("at", N_("From"), lambda row, now: _moment(row.at, now), lambda row: row.at, width=120, ages=True),
    Column("reason", N_("Why"), lambda row, now: edits.reason(row), edits.reason, width=140, name=True),
    Column("by", N_("Who"), lambda row, now: row.by or "–", lambda row: row.by, width=120),
)

MOST = 4  # changes told over the lines


class XmlVersionsDialog(Dialog):
    """One chosen: compared with what is stored now. Two chosen: with each other. `planned` gets the plan to go back."""

    def __init__(
        self, ctx: Context, key: VmKey, planned: Callable[[EditPlan], object], parent: QWidget | None = None
    ) -> None:
        domain = ctx.inventory.domain(key)
        self._name = domain.name if domain else key.uuid
        super().__init__(_("Earlier versions of {name}").format(name=self._name), parent, width=1080)
        self._ctx, self._key, self._planned = ctx, key, planned
        self._number = 0
        self.table: RowTable[Version] = RowTable(COLUMNS, lambda row: row.id, self)
        self.table.sort(0, Qt.SortOrder.DescendingOrder)
        self.view: RowView[Version] = RowView(self.table, _("Versions"))
        self.view.chosen.connect(self._compare)
        self.diff = DiffView()
        self.diff.empty = _("Choose a version.")
        self.said = label("", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.how = Segmented(
            [Segment("below", _("Below each other")), Segment("beside", _("Side by side"))], _("How it is compared")
        )
        self.how.chosen.connect(lambda how: self.diff.set_beside(how == "beside"))
        self._head: QLabel = label("", "strong")
        self.body.addWidget(self._split(), 1)
        self.add_command(self._command)
        self.add_close(_("Close"))
        self.add_main(_("Go back to this version…"), self._go)
        self.idle()
        self.read(ctx.bridge, lambda: ctx.services.edit.versions(key), self._show, self._refused)

    def show_at(self, height: int = 640) -> None:
        super().show_at(height)

    def _split(self) -> QSplitter:
        right = QWidget()
        right.setProperty("ground", "base")
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.px(12), 0, 0, 0)
        column.setSpacing(theme.px(8))
        head = QHBoxLayout()
        head.addWidget(self._head, 1)
        head.addWidget(self.how)
        column.addLayout(head)
        column.addWidget(self.said)
        column.addWidget(self.diff, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self.view)
        split.addWidget(right)
        split.setSizes([theme.px(380), theme.px(660)])
        return split

    # reading

    def _show(self, versions: tuple[Version, ...]) -> None:
        self.table.set_rows(versions)
        count = len(versions)
        said = ngettext("{count} version is kept here.", "{count} versions are kept here.", count)
        self._head.setText(said.format(count=count))
        if count > 1:
            self.view.select(1)

    def _refused(self, error: FleetError) -> None:
        self.failed(error, "vm.versions")

    def _pair(self) -> tuple[Version, Version] | None:
        """The older and the newer of what is compared; None where nothing is chosen."""
        chosen = sorted(self.view.selected(), key=lambda version: version.id)
        newest = max((self.table.row(n) for n in range(self.table.rowCount())), key=lambda v: v.id, default=None)
        if not chosen or newest is None:
            return None
        return (chosen[0], chosen[-1]) if len(chosen) > 1 else (chosen[0], newest)

    def _compare(self) -> None:
        pair = self._pair()
        self._number += 1
        number = self._number
        chosen = self.view.selected()
        newest = pair is not None and len(chosen) == 1 and chosen[0].id == pair[1].id
        if len(chosen) != 1:
            self.hold(_("Choose one version to go back to.") if chosen else "")
            if not chosen:
                self.idle()
        elif newest:
            self.hold(_("This is how it is configured now."))
        else:
            self.hold("")
        if pair is None:
            return
        old, new = pair
        now = time.time()
        self._head.setText(
            _("From {old} to {new}").format(old=_moment(old.at, now), new=_moment(new.at, now))
            if old.id != new.id
            else _moment(old.at, now)
        )
        service = self._ctx.services.edit

        def work() -> tuple[list[diffing.Row], list[str]]:
            one, other = service.version(old.id).xml, service.version(new.id).xml
            return diffing.rows(one, other), [edits.what(change) for change in changes.compare(one, other)]

        def done(found: tuple[list[diffing.Row], list[str]]) -> None:
            if number == self._number:
                self._show_difference(*found)

        self.read(self._ctx.bridge, work, done, self._refused)

    def _show_difference(self, rows: list[diffing.Row], said: list[str]) -> None:
        rest = len(said) - MOST
        told = said[:MOST] + ([ngettext("{count} more", "{count} more", rest).format(count=rest)] if rest > 0 else [])
        self.said.setText("\n".join(told))
        self.said.setVisible(bool(told))
        self.diff.empty = _("Nothing differs.")
        self.diff.show_rows(rows if any(not row.same for row in rows) else [])

    # going back

    def _command(self) -> str:
        chosen = self.view.selected()
        return self._ctx.services.edit.restore_command(self._key, chosen[0].id if len(chosen) == 1 else None)

    def _go(self) -> None:
        (version,) = self.view.selected()
        service, key = self._ctx.services.edit, self._key
        assert self.main is not None
        self.hold(_("Asking the host…"))
        self.read(self._ctx.bridge, lambda: service.restore(key, version.id), self._arrived, self._not_back)

    def _arrived(self, plan: EditPlan) -> None:
        self._planned(plan)
        self.accept()

    def _not_back(self, error: FleetError) -> None:
        self.hold("")
        self.failed(error, "vm.edit")
