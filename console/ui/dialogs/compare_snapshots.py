"""Two moments of a VM beside each other: what of its configuration changed, line by line, and what its disks took since."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.fleet.snapshots.lanes import NOW, in_order
from console.fleet.snapshots.values import SnapshotFacts
from console.libvirtxml import changes, diffing
from console.services import snapshot_lines
from console.services.snapshot_compare import Compared, compare
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.diff_view import DiffView
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, edits, snapshot_says, snapshots

WIDTH, HEIGHT = 980, 660
MOST = 4  # changes that are named over the lines


class CompareSnapshotsDialog(Dialog):
    """Opens with one snapshot and now; any two can be chosen."""

    def __init__(self, ctx: Context, facts: SnapshotFacts, first: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Compare snapshots of {name}").format(name=facts.name), parent, width=WIDTH)
        self._ctx, self._facts = ctx, facts
        self._number = 0
        names = [one.name for one in in_order(facts.snapshots)]
        self.first, self.second = QComboBox(), QComboBox()
        for box, said in ((self.first, _("One")), (self.second, _("The other"))):
            box.setAccessibleName(said)
            box.setMinimumContentsLength(20)
            for name in names:
                box.addItem(name, name)
        self.second.addItem(_("Now"), NOW)
        self.first.setCurrentIndex(max(0, self.first.findData(first)))
        self.second.setCurrentIndex(self.second.count() - 1)
        self.how = Segmented(
            [Segment("below", _("Below each other")), Segment("beside", _("Side by side"))], _("How it is compared")
        )
        self.diff = DiffView()
        self.diff.empty = ""
        self.facts = FactGrid(label_width=110)
        self._build()
        for box in (self.first, self.second):
            box.currentIndexChanged.connect(lambda _at: self._ask())
        self.how.chosen.connect(lambda how: self.diff.set_beside(how == "beside"))
        self.add_command(self._line)
        self.add_close(_("Close"))
        self._ask()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.first, 1)
        row.addWidget(label(_("and"), tone="text2"))
        row.addWidget(self.second, 1)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self.facts)
        head = QHBoxLayout()
        head.addWidget(label(_("Lines that differ"), "strong"))
        head.addStretch(1)
        head.addWidget(self.how)
        self.body.addLayout(head)
        self.body.addWidget(self.diff, 1)

    def show_at(self, height: int = HEIGHT) -> None:
        super().show_at(height)

    def chosen(self) -> tuple[str, str]:
        return self.first.currentData(), self.second.currentData()

    def _line(self) -> str:
        first, second = self.chosen()
        return snapshot_lines.compare(self._ctx.inventory, self._facts.key, first, second)

    def _ask(self) -> None:
        self._number += 1
        number, facts, services = self._number, self._facts, self._ctx.services
        first, second = self.chosen()
        called = (first, second or _("Now"))

        def work() -> tuple[Compared, list[diffing.Row]]:
            found = compare(services.snapshots, services.look, services.edit, facts, first, second, called)
            before, after = ("\n".join(map(changes.redacted, text.splitlines())) for text in found.texts)
            return found, diffing.rows(before, after)

        def done(found: tuple[Compared, list[diffing.Row]]) -> None:
            if number == self._number:
                self._show(*found)

        def failed(error: FleetError) -> None:
            if number == self._number:
                self.failed(error, "snapshot.facts")
                self.diff.empty = ""
                self.diff.show_rows([])

        self.read(self._ctx.bridge, work, done, failed)

    def _show(self, found: Compared, rows: list[diffing.Row]) -> None:
        if self._note is not None:
            self._note.hide()
        self.diff.empty = _("The configuration is the same.")
        named = snapshots.some([edits.what(change) for change in found.changes], MOST) if found.changes else ""
        self.facts.set("changes", _("Configuration"), named or _("The configuration is the same."))
        first, second = self.chosen()
        for grown in found.disks:
            self.facts.set(
                grown.target,
                _("Disk {target}").format(target=grown.target),
                snapshot_says.grown(grown, first, second or _("now")),
            )
        self.diff.show_rows(rows)
