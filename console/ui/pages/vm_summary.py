"""A VM at a glance: its screen, guest, hardware, what people keep of it; beside it its load."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import Family
from console.fleet.completion import quoted
from console.fleet.domains import Domain, VmKey
from console.ui.actions import VmActions
from console.ui.context import Context
from console.ui.models import facts
from console.ui.models.graph_plans import vm_plan
from console.ui.pages.graphs import Graphs, none_of
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.chips import ChipRow
from console.ui.widgets.fact_rows import FactRows
from console.ui.widgets.family_view import FamilyView, Kindred
from console.ui.widgets.labels import Heading, label
from console.ui.widgets.screen_view import ScreenView
from console.ui.widgets.scrolled import scrolled
from console.words import _

LEFT, LEFT_NARROW = 278, 256
LABELS = 72
KIN_EVERY = 5.0  # s between two looks at who is built on whom


class _Band(QWidget):
    """The colour of a group, as a bar before its name."""

    def __init__(self) -> None:
        super().__init__()
        self.number = -1
        self.setFixedSize(theme.px(3), theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.number >= 0:
            QPainter(self).fillRect(QRectF(self.rect()), theme.series(self.number))


class _Keeping(QWidget):
    """Group, snapshots, autostart, owner, tags, description; the last two with the button that changes them."""

    def __init__(self, actions: VmActions) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        self._band = _Band()
        self._group = label("", wrap=True)
        self.rows = FactRows(label_width=LABELS)
        self.tags = ChipRow()
        self._no_tags = label(_("none"), tone="text3")
        self.text = label("", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addLayout(self._row(_("Group"), self._band, self._group))
        column.addWidget(self.rows)
        tag = ActionButton(actions.action("tag"), kind="link")
        describe = ActionButton(actions.action("describe"), kind="link")
        for button in (tag, describe):
            button.setProperty("small", True)
        column.addLayout(self._row(_("Tags"), self.tags, self._no_tags, tag))
        column.addLayout(self._row(_("Description"), self.text))
        column.addLayout(self._row("", describe))

    def _row(self, name: str, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        said = label(name, "secondary")
        said.setFixedWidth(theme.px(LABELS) - theme.px(6))
        row.addWidget(said, 0, Qt.AlignmentFlag.AlignTop)
        for widget in widgets:
            row.addWidget(widget, 1 if widget is self.text or widget is self._group else 0)
        row.addStretch(0 if self.text in widgets or self._group in widgets else 1)
        return row

    def show_vm(self, domain: Domain, groups: tuple[str, ...]) -> None:
        """groups: all of the fleet in order, for the colour."""
        self._band.number = groups.index(domain.group) if domain.group in groups else -1
        self._band.setVisible(bool(domain.group))
        self._band.update()
        _say(self._group, domain.group or _("in none"))
        self.rows.show_facts(facts.keeping(domain))
        self.tags.set_tags(domain.tags)
        self.tags.setVisible(bool(domain.tags))
        self._no_tags.setVisible(not domain.tags)
        _say(self.text, "\n".join(part for part in (domain.title, domain.description) if part) or _("none"))


def _say(where: object, text: str) -> None:
    """Sets a label's text only where it is another, so that a marked part stays marked."""
    if where.text() != text:  # type: ignore[attr-defined]
        where.setText(text)  # type: ignore[attr-defined]


class VmSummary(QWidget):
    """Left the facts, right the graphs."""

    def __init__(self, ctx: Context, actions: VmActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.picture = ScreenView(ctx)
        self.guest = FactRows(label_width=LABELS)
        self.hardware = FactRows(label_width=LABELS)
        self.keeping = _Keeping(actions)
        self.family = FamilyView(actions)
        self.family.opened.connect(lambda key: ctx.nav.open(Place.vm(key)))
        self.family.searched.connect(lambda query: ctx.nav.open(Place.search("", query)))
        self._kin: tuple[VmKey | None, Family | None] = (None, None)  # of which VM, as last told
        self._kin_asked = 0.0
        self.graphs = Graphs(ctx, compare=True)
        self._right = QWidget()  # as high as the left; the graphs in it no higher than what is seen
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.graphs, 1)
        right.addStretch()
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(*(theme.px(edge) for edge in (16, 12, 16, 16)))
        row.setSpacing(theme.px(20))
        self._left = QWidget()
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.picture)
        for title, rows in (
            (_("Guest"), self.guest),
            (_("Hardware"), self.hardware),
            (_("Keeping"), self.keeping),
        ):
            column.addSpacing(theme.px(4))
            column.addWidget(Heading(title))
            column.addWidget(rows)
        self._family_head = Heading(_("Origin"))
        at = column.indexOf(self.keeping) - 2  # before the gap above its heading
        for offset, part in enumerate((self._family_head, self.family)):
            column.insertWidget(at + offset, part)
        column.addStretch(1)
        row.addWidget(self._left)
        row.addWidget(self._right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def show_vm(self, domain: Domain, fresh: bool, now: float) -> None:
        """Says all that is known of it at `now` (epoch)."""
        load = self._ctx.inventory.load(domain.key)
        self.picture.show_vm(domain, fresh)
        self._show_guest(domain, now)
        self.hardware.show_facts(facts.hardware(domain, load))
        self.keeping.show_vm(domain, self._ctx.inventory.groups())
        self._show_family(domain, now)
        self.graphs.show_plan(vm_plan(domain), pale=not fresh, none=none_of(domain, fresh))

    def _show_family(self, domain: Domain, now: float) -> None:
        """As last told; asked anew now and then, off Qt's thread: it looks through all VMs and volumes of the host."""
        if self._kin[0] != domain.key:
            self._kin, self._kin_asked = (domain.key, None), 0.0
        if not 0 <= now - self._kin_asked < KIN_EVERY:
            self._kin_asked = now
            self._ask_family(domain.key)
        from_ = domain.provenance or Provenance()
        query = f"from:={quoted(domain.name)} linked:yes"
        kindred = Kindred(from_, self._source(from_), self._kin[1], query)
        self.family.show_kindred(domain, kindred, now)
        for part in (self._family_head, self.family):
            part.setVisible(not self.family.empty)

    def _ask_family(self, key: VmKey) -> None:
        def told(found: Family | None) -> None:
            domain = self._ctx.inventory.domain(key)
            if isValid(self) and self._kin[0] == key and domain is not None and found != self._kin[1]:
                self._kin = (key, found)
                self._show_family(domain, self._kin_asked)

        self._ctx.bridge.run(lambda: self._ctx.services.clones.family(key), told)

    def _source(self, from_: Provenance) -> VmKey | None:
        """The VM it was cloned from, wherever it is by now."""
        uuid = from_.source.rpartition("/")[2]
        if not uuid:
            return None
        keys = (VmKey(spec.id, uuid) for spec in self._ctx.inventory.specs())
        return next((key for key in keys if self._ctx.inventory.domain(key) is not None), None)

    def _show_guest(self, domain: Domain, now: float) -> None:
        heard = self._ctx.inventory.heard(domain.key)
        self.guest.show_facts(facts.guest(domain, now - heard if heard else None))

    def tick(self, domain: Domain, now: float) -> None:
        """Ages; once a second while seen."""
        self.picture.tick()
        self._show_family(domain, now)
        self._show_guest(domain, now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._left.setFixedWidth(theme.px(LEFT if self.width() >= theme.px(1100) else LEFT_NARROW))
        self.graphs.setMaximumHeight(max(self.graphs.minimumSizeHint().height(), self.height() - theme.px(28)))
