"""The last page of the clone wizard: what stands in the way, what is to be known, and each file of each clone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.clones.values import ClonePlan, DiskDeed, DiskPlan, OneClone
from console.fleet.storing import Say, Weight
from console.ui.models.rows import Column, RowTable
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button
from console.ui.widgets.check_rows import CheckLine, CheckRows, Remedy
from console.ui.widgets.labels import ElidedLabel, label
from console.ui.widgets.row_view import RowView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import N_, _, clones, units
from console.words.clone_checks import check, passed

REMEDIES: dict[str, tuple[tuple[str, str], ...]] = {
    "name-taken": ((N_("Change the names"), "what"),),
    "file-taken": ((N_("Change the pattern"), "where"),),
    "no-room": ((N_("Another pool"), "where"), (N_("Link them"), "linked")),
    "not-whole": ((N_("Another pool"), "where"),),
    "no-pool": ((N_("Choose a pool"), "where"),),
    "pool-is-inactive": ((N_("Another pool"), "where"),),
    "pool-not-files": ((N_("Another pool"), "where"),),
    "no-snapshot": ((N_("Another moment"), "what"),),
    "linked-elsewhere": ((N_("Make it full"), "full"), (N_("Another host"), "where")),
    "linked-internal": ((N_("Make it full"), "full"), (N_("Another moment"), "what")),
    "internal-runs": ((N_("Another moment"), "what"),),
    "internal-chain": ((N_("Another moment"), "what"),),
    "mac-runs": ((N_("New addresses"), "new-macs"), (N_("Don’t start"), "no-start")),
    "mac-each-other": ((N_("New addresses"), "new-macs"), (N_("Don’t start"), "no-start")),
    "reset-missing": ((N_("Reset nothing"), "no-reset"),),
    "reset-far": ((N_("Reset nothing"), "no-reset"),),
    "no-network": ((N_("Another host"), "where"),),
}
"""By code: what the button says, and what it leads to or changes (see CloneDialog.mend)."""
ROWS = 4  # of the table of files, at least
FACT_FOLD = 4


class FileRow(msgspec.Struct, frozen=True):
    """One disk of the clone that is looked at."""

    clone: str
    number: int
    disk: DiskPlan


def _what(row: FileRow) -> str:
    return row.disk.target or _("seed")


def _new(row: FileRow) -> str:
    disk = row.disk
    return units.NONE if disk.deed is DiskDeed.EMPTY else disk.volume or disk.path.rpartition("/")[2]


COLUMNS: tuple[Column[FileRow], ...] = (
    Column("disk", N_("Disk"), lambda r, n: _what(r), lambda r: r.number, width=60, name=True),
    Column("deed", N_("Becomes"), lambda r, n: clones.deed(r.disk.deed), lambda r: r.disk.deed, width=128),
    Column(
        "of",
        N_("Of"),
        lambda r, n: r.disk.source.rpartition("/")[2] or units.NONE,
        lambda r: r.disk.source,
        width=140,
        mono=True,
        tip=lambda r: r.disk.source,
        tone=lambda r: "text2",
        drop=1,
    ),
    Column("size", N_("Takes"), lambda r, n: _size(r.disk), lambda r: r.disk.size, width=68, right=True),
    Column("pool", N_("Pool"), lambda r, n: r.disk.pool or units.NONE, lambda r: r.disk.pool, width=64),
    Column("file", N_("File"), lambda r, n: _new(r), _new, width=180, mono=True, tip=lambda r: r.disk.path),
)


def _size(disk: DiskPlan) -> str:
    return units.NONE if disk.deed in (DiskDeed.EMPTY, DiskDeed.SHARE) else units.size(disk.size)


def lines(plans: Sequence[ClonePlan], name: Callable[[str], str], mend: Callable[[str], object]) -> list[CheckLine]:
    """What all plans say, each thing once. mend: does what a remedy stands for."""
    found: dict[tuple[str, tuple[object, ...]], tuple[Say, list[str]]] = {}
    for plan in plans:
        for say in plan.says:
            where = found.setdefault((say.code, tuple(sorted(say.values.items()))), (say, []))
            where[1].append(plan.source)
    said = []
    for say, sources in found.values():
        told = check(say, name)
        offered = REMEDIES.get(say.code, ())[: _most(say)]
        remedies = tuple(Remedy(_(text), partial(mend, what)) for text, what in offered)
        on = f"({clones.names(sources)})" if len(plans) > 1 and len(sources) < len(plans) else ""
        said.append(CheckLine(say.weight, told.about, told.finding, told.meaning, remedies, on))
    fine = [CheckLine(Weight.FACT, told.about, told.finding, passed=True) for told in passed(plans)]
    return [*said, *_reset_lines(plans), *fine]


def _most(say: Say) -> int:
    """A warning offers one way, what stops two."""
    return 2 if say.weight is Weight.STOP else 1


def _reset_lines(plans: Sequence[ClonePlan]) -> list[CheckLine]:
    """What of the guests is reset and what is not, once."""
    said = dict.fromkeys(line for plan in plans for line in clones.reset_lines(plan))
    return [CheckLine(Weight.FACT, _("Reset"), line) for line in said]


class CheckPage(QWidget):
    """Signals:
    again(): the hosts are to be asked anew.
    """

    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[CheckLine] = []
        self._made = 0.0
        self._fold = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = QFrame()
        self.head.setProperty("line", "bottom")
        row = QHBoxLayout(self.head)
        row.setContentsMargins(theme.px(16), 0, theme.px(12), 0)
        row.setSpacing(theme.px(10))
        self.head.setFixedHeight(theme.px(40))
        self.title = ElidedLabel("", "strong")
        self.only = Segmented([Segment("", _("All"))], _("Which checks"), small=True)
        self.only.chosen.connect(lambda _id: self._fill())
        self._age = label("", "hint")
        self.again_button = Button(_("Again"), icon="refresh", small=True)
        self.again_button.clicked.connect(lambda: self.again.emit())
        row.addWidget(self.title)
        row.addWidget(self.only)
        row.addStretch(1)
        row.addWidget(self._age)
        row.addWidget(self.again_button)
        self.rows = CheckRows(_("Checks"))
        self.waiting = label("", tone="text2", wrap=True)
        self.waiting.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        column.addWidget(self.head)
        column.addWidget(self.waiting)
        column.addWidget(self.rows, 1)
        column.addWidget(self._build_files())
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._say_age)

    def _build_files(self) -> QWidget:
        self.files = QFrame()
        self.files.setProperty("line", "top")
        column = QVBoxLayout(self.files)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(7))
        self.of = label("", "strong")
        self.macs = ElidedLabel("", "secondary", "text2")
        head.addWidget(self.of)
        head.addSpacing(theme.px(6))
        head.addWidget(self.macs, 1)
        column.addLayout(head)
        self.table: RowTable[FileRow] = RowTable(COLUMNS, lambda row: (row.clone, row.number), self)
        self.view: RowView[FileRow] = RowView(self.table, _("Files"))
        self.view.setSortingEnabled(False)
        self.view.setSelectionMode(RowView.SelectionMode.NoSelection)
        column.addWidget(self.view)
        self.files.hide()
        return self.files

    # what is shown

    def wait(self, text: str) -> None:
        """The hosts are being asked."""
        self.waiting.setText(text)
        self.waiting.show()
        if not self._lines:
            self.rows.hide()
            self.files.hide()
        self._age.setText("")

    def show_lines(self, title: str, found: Sequence[CheckLine], made: float, *, fold: bool) -> None:
        self._lines, self._made, self._fold = list(found), made, fold
        self.waiting.hide()
        self.rows.show()
        self.title.set_text(title)
        counts = {weight: sum(line.weight is weight for line in found) for weight in Weight}
        segments = [Segment("", " ".join((_("All"), units.count(len(found)))))]
        for weight, glyph in ((Weight.STOP, "octagon-cross"), (Weight.WARNING, "triangle-bang")):
            if counts[weight]:
                role = "error" if weight is Weight.STOP else "warning-glyph"
                segments.append(Segment(weight, units.count(counts[weight]), (glyph, role)))
        if counts[Weight.FACT]:
            fine = all(line.passed for line in found if line.weight is Weight.FACT)
            glyph_of = ("disc-check", "good") if fine else ("disc-info", "text3")
            segments.append(Segment(Weight.FACT, units.count(counts[Weight.FACT]), glyph_of))
        self.only.set_segments(segments)
        self._fill()
        self._say_age()

    def _fill(self) -> None:
        chosen = self.only.current()
        many = sum(line.weight is Weight.FACT for line in self._lines) > FACT_FOLD
        self.rows.show_lines(self._lines, Weight(chosen) if chosen else None, folded=self._fold and many)

    def _say_age(self) -> None:
        self._age.setText(
            _("checked {time} ago").format(time=units.age(time.time() - self._made)) if self._made else ""
        )

    def show_clone(self, one: OneClone | None) -> None:
        """The files of this one, or of none."""
        self.files.setVisible(one is not None)
        if one is None:
            return
        self.of.setText(one.name)
        kept = [old for old, new in one.macs.items() if old == new]
        said = [_("MAC {mac}, as its source has it").format(mac=mac) for mac in kept]
        said += [_("MAC {mac}").format(mac=new) for old, new in one.macs.items() if old != new]
        if one.nvram:
            said.append(_("UEFI variables in {path}").format(path=one.nvram))
        self.macs.set_text(", ".join(said))
        self.table.set_rows([FileRow(one.name, number, disk) for number, disk in enumerate(one.disks)])
        rows = max(2, min(ROWS, len(one.disks)))
        self.view.setFixedHeight(theme.px(HEIGHTS["head"] + rows * HEIGHTS["row"]) + 2)

    def tick(self, on: bool) -> None:
        """The age of the checks grows while they are seen."""
        self._timer.start() if on else self._timer.stop()


def title(plans: Sequence[ClonePlan], host: str) -> str:
    """As "20 linked clones on kvm-l03"."""
    count = sum(len(plan.clones) for plan in plans)
    kind = plans[0].order.kind if plans else None
    return _("{clones} on {host}").format(clones=clones.total(count, kind), host=host)
