"""Before an act on many VMs: what becomes of each, in which order, and what cannot be and why; the button names act and count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from console.fleet.acts import RULES, Act
from console.fleet.bulk import BulkPlan, Deed, Fate, Item, Order, by_host, by_reason, in_order
from console.fleet.domains import VmKey
from console.fleet.errors import FleetError, Problem
from console.ui.dialogs.base import Dialog
from console.ui.icons import state_glyph
from console.ui.models.sections import Line, Section, SectionTable
from console.ui.theme import theme
from console.ui.widgets.labels import GlyphLabel, label
from console.ui.widgets.section_view import SectionView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import N_, _, acts, bulk, ngettext, units

if TYPE_CHECKING:
    from console.ui.context import Context

WAIT_MS = 300  # after typing, until it is planned anew
MARKS = {
    Fate.DO: ("disc-check", "good"),
    Fate.RESTART: ("triangle-bang", "warning-glyph"),
    Fate.NOTHING: ("disc-minus", "text3"),
    Fate.REFUSED: ("octagon-cross", "error"),
}
FOLDED = (Fate.NOTHING,)
LEAST = 800  # px wide: counts and arrangement beside each other


class BulkDialog(Dialog):
    """Plans off Qt's thread; nothing can be pressed before the plan is there.

    keys: the VMs; with `again` instead those of a group that were not done. where: the query they were found by.
    """

    def __init__(
        self,
        ctx: Context,
        deed: Deed,
        keys: Sequence[VmKey] = (),
        parent: QWidget | None = None,
        *,
        again: int | None = None,
        where: str = "",
    ) -> None:
        super().__init__(bulk.title(deed, len(keys)) if again is None else bulk.name(deed), parent, width=860)
        self._ctx, self._deed, self._keys, self._again, self._where = ctx, deed, tuple(keys), again, where
        self.plan: BulkPlan | None = None
        self.job: int | None = None
        self._asked = 0
        self._asking = label(_("Finding out what would happen…"), tone="text2")
        self.table = SectionTable(self)
        self.view = SectionView(self.table, _("What will happen"))
        self.view.setFrameShape(SectionView.Shape.NoFrame)
        self.by = Segmented([], _("Arranged"), small=True)
        self.by.chosen.connect(lambda _id: self._show())
        self._what = label(bulk.deed(deed), "section", wrap=True)
        self._what.setVisible(bool(self._what.text()))
        self.setMinimumWidth(theme.px(LEAST))
        self.body.addWidget(self._what)
        self.body.addLayout(self._head())
        self.body.addWidget(self._asking)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._options())
        self._command = self.add_command(lambda: ctx.services.bulk.command(self._planned()))
        self._command.setEnabled(False)
        self.add_close()
        loses = RULES[deed.act].loses or deed.act is Act.DELETE
        self.add_main(bulk.title(deed, len(keys)), self._go, "danger" if loses else "primary")
        self.idle()
        self._timer = QTimer(self, interval=WAIT_MS, singleShot=True)
        self._timer.timeout.connect(self._read)
        self._read()

    # parts

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._counts: dict[Fate, tuple[GlyphLabel, QLabel]] = {}
        for fate in Fate:
            glyph, said = GlyphLabel(*MARKS[fate]), label("")
            row.addWidget(glyph)
            row.addWidget(said)
            row.addSpacing(theme.px(8))
            glyph.hide()
            said.hide()
            self._counts[fate] = (glyph, said)
        row.addStretch(1)
        row.addWidget(self.by)
        return row

    def _options(self) -> QWidget:
        """How it goes: order, how many at once, when it stops; of a deletion, what goes with the VMs."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self.files = QCheckBox(_("Delete their files too, as far as nothing else needs them"))
        self.files.setChecked(self._deed.files)
        self.files.toggled.connect(self._on_files)
        self.order = QLineEdit()
        self.order.setPlaceholderText(_("Tags, first to last: db, web"))
        self.order.setAccessibleName(_("Order"))
        self.order.setToolTip(
            _(
                "VMs with the first tag go before those with the next, and the rest last; each step waits for the one before."
            )
        )
        self.order.textEdited.connect(lambda _text: self._timer.start())
        self.limit = QSpinBox()
        self.limit.setRange(1, 64)
        self.limit.setValue(self._ctx.preferences.value.bulk_limit)
        self.limit.setMinimumWidth(theme.px(64))
        self.limit.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
        self.limit.setAccessibleName(_("At once on a host"))
        self.stop = QCheckBox(_("Stop at the first failure"))
        deletes = self._deed.act is Act.DELETE
        if deletes:
            row.addWidget(self.files)
            row.addSpacing(theme.px(16))
        else:
            row.addWidget(label(_("Order"), tone="text2"))
            row.addWidget(self.order, 1)
            row.addSpacing(theme.px(8))
            row.addWidget(label(_("At once on a host"), tone="text2"))
            row.addWidget(self.limit)
            row.addSpacing(theme.px(8))
        row.addWidget(self.stop)
        if deletes:
            row.addStretch(1)
        for part, shown in ((self.files, deletes), (self.order, not deletes), (self.limit, not deletes)):
            if not shown:
                part.setParent(line)
                part.hide()
        return line

    # the plan

    def chosen_order(self) -> Order:
        """As the fields have it."""
        tags = tuple(dict.fromkeys(self.order.text().replace(",", " ").split()))
        return Order(tags, self.limit.value(), self.stop.isChecked())

    def _planned(self) -> BulkPlan:
        assert self.plan is not None
        plan = replace(self.plan, order=self.chosen_order())
        return plan if plan.order.limit != self._ctx.preferences.value.bulk_limit else _as_preferred(plan)

    def _read(self) -> None:
        self._asked += 1
        asked, order = self._asked, self.chosen_order()
        services = self._ctx.services.bulk

        def plan() -> BulkPlan:
            if self._again is not None and asked == 1:
                return services.again(self._again)
            return services.plan(self._deed, self._keys, order, self._where)

        def told(found: BulkPlan) -> None:
            if asked == self._asked:
                self._take(found)

        self.read(self._ctx.bridge, plan, told, self._refused)

    def _refused(self, error: FleetError) -> None:
        self._asking.hide()
        self.failed(error, "vm.bulk")
        self.hold(_("Without a plan nothing is done."))

    def _take(self, plan: BulkPlan) -> None:
        first = self.plan is None
        if first and self._again is not None:
            self._deed, self._keys = plan.deed, tuple(item.key for item in plan.items)
            self.order.setText(", ".join(plan.order.tags))
            self.stop.setChecked(plan.order.stop)
        self.plan = replace(plan, deed=self._deed)
        self._asking.hide()
        if first:
            self.view.setFocus()
            for fate in FOLDED:
                self.table.fold(fate.value, len(plan.of(fate)) > 3)
        self._say()
        self._show()

    def _on_files(self, on: bool) -> None:
        self._deed = replace(self._deed, files=on)
        if self.plan is not None:
            self.plan = replace(self.plan, deed=self._deed)
            self._say()
            self._show()

    def _say(self) -> None:
        plan = self._planned()
        self._what.setText(bulk.deed(self._deed) if self._deed.act is not Act.DELETE else _freed(plan))
        self._what.setVisible(bool(self._what.text()))
        words = dict(zip([fate for fate in Fate if plan.of(fate)], bulk.counts(plan), strict=True))
        for fate, (glyph, said) in self._counts.items():
            glyph.setVisible(fate in words)
            said.setVisible(fate in words)
            said.setText(words.get(fate, ""))
        ways = [Segment("fate", _("What happens")), Segment("host", _("Host"))]
        self.by.set_segments([*ways, *([Segment("step", _("Order"))] if len(plan.steps) > 1 else [])])
        going = len(plan.going)
        self._command.setEnabled(bool(going))
        title = bulk.title(plan.deed, going or len(plan.items))
        self.setWindowTitle(title)
        assert self.main is not None
        self.main.setText(title)
        self.main.updateGeometry()
        self.hold("" if going else _("There is nothing to do to any of them."))
        loses = _LOSES.get(plan.deed.act)
        stopped = [item.name for item in plan.going if item.deletion is not None and item.deletion.stops]
        if loses and going:
            self.tell("warning", *(_(part) for part in loses))
        elif stopped:
            names = ", ".join(stopped[:3]) + ("…" if len(stopped) > 3 else "")
            form = ngettext("{names} is forced off first:", "{names} are forced off first:", len(stopped))
            self.tell("warning", form.format(names=names), _("what is not on disk is lost."))

    def _show(self) -> None:
        if self.plan is not None:
            plan = self._planned()
            self.table.show(sections(plan, self.by.current()))

    def _go(self) -> None:
        try:
            self.job = self._ctx.services.bulk.run(self._planned()).id
        except FleetError as error:
            self.failed(error, "vm.bulk")
            return
        self.accept()


_LOSES = {
    Act.FORCE_OFF: (N_("The power is cut:"), N_("what is not on disk is lost.")),
    Act.RESET: (N_("The guests start anew at once:"), N_("what is not on disk is lost.")),
    Act.DISCARD_SAVE: (N_("The saved memory is deleted:"), N_("the next start is a cold one.")),
}


def _as_preferred(plan: BulkPlan) -> BulkPlan:
    """Without a limit of its own, so that the line that does the same says none."""
    return replace(plan, order=replace(plan.order, limit=0))


def _freed(plan: BulkPlan) -> str:
    files = {
        file.id: file.allocation
        for item in plan.going
        if item.deletion is not None and plan.deed.files
        for file in item.deletion.files
        if file.ticked
    }
    if not files:
        return _("Their disks stay")
    size = sum(files.values())
    said = ngettext("{count} file goes", "{count} files go", len(files)).format(count=units.count(len(files)))
    return _("{files}, frees {size}").format(files=said, size=units.size(size)) if size else said


def sections(plan: BulkPlan, by: str) -> list[Section]:
    """The plan in bundles: by what happens (refused ones by reason), by host, or by step."""
    deed = plan.deed
    if by == "host":
        return [
            Section(host, host, None, _lines(items, deed, marked=True), _mix(items))
            for host, items in by_host(plan.items).items()
        ]
    if by == "step":
        return [
            Section(
                f"step{number}",
                _("Step {number}, {what}").format(number=number + 1, what=bulk.step(tag)),
                None,
                _lines([item for item in plan.going if item.step == number], deed, marked=True),
            )
            for number, tag in enumerate(plan.steps)
        ] + _left(plan)
    done = [
        Section(fate.value, bulk.fate(fate), MARKS[fate], _lines(plan.of(fate), deed))
        for fate in (Fate.DO, Fate.RESTART)
    ]
    return done + _left(plan)


def _left(plan: BulkPlan) -> list[Section]:
    """What is not done: refused by reason first, since somebody may want to do something about it."""
    refused = [
        Section(
            f"refused-{number}",
            bulk.fate(Fate.REFUSED),
            MARKS[Fate.REFUSED],
            _lines(items, plan.deed),
            acts.why_not(items[0].act, problem) if problem else "",
        )
        for number, (problem, items) in enumerate(by_reason(plan.of(Fate.REFUSED)))
    ]
    nothing = _lines(plan.of(Fate.NOTHING), plan.deed)
    return [*refused, Section(Fate.NOTHING.value, bulk.fate(Fate.NOTHING), MARKS[Fate.NOTHING], nothing)]


def _lines(items: Iterable[Item], deed: Deed, marked: bool = False) -> tuple[Line, ...]:
    """marked: with the sign of what becomes of each, where the heading doesn't say it."""
    alike: dict[tuple[Act, Fate, Problem | None], str] = {}
    lines = []
    for item in in_order(items):
        said = alike.get((item.act, item.fate, item.problem))
        if said is None:
            said = bulk.item(item, deed)
            if item.scaling is None and item.deletion is None:
                alike[item.act, item.fate, item.problem] = said
        tip = "\n".join([said, *bulk.consequences(item, deed)]) if item.deletion is not None else said
        tone = "text3" if item.fate is Fate.NOTHING else "text2" if item.fate is Fate.REFUSED else "text"
        mark = MARKS[item.fate] if marked else None
        lines.append(Line(item.key, item.name, item.host, said, state_glyph(item.state), mark, tone, tip))
    return tuple(lines)


def _mix(items: Sequence[Item]) -> str:
    going = sum(item.goes for item in items)
    return ngettext("{count} will be done", "{count} will be done", going).format(count=going)
