"""Where a VM comes from, who is built on it, and when it goes: rows with links to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import Family, Kin
from console.fleet.domains import Domain, VmKey
from console.ui.actions import VmActions
from console.ui.theme import theme
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.flow_row import FlowRow
from console.ui.widgets.labels import label
from console.ui.widgets.link import Link
from console.words import _, ngettext, origins, units

MOST = 8  # clones that are named; the rest is counted
LABELS = 72


class Kindred(msgspec.Struct, frozen=True):
    """What the rows show. source: the VM it was cloned from, None where it is not known any more. query: finds all clones."""

    from_: Provenance
    source: VmKey | None
    family: Family | None
    query: str = ""


class FamilyView(QWidget):
    """Hidden by who shows it where there is nothing to say (see `empty`).

    Signals:
        opened(VmKey): a link to another VM was followed.
        searched(str): all clones are to be shown, by this query.
    """

    opened = Signal(object)
    searched = Signal(str)

    def __init__(self, actions: VmActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(5))
        self._shown: tuple[Kindred, tuple[str, ...]] | None = None
        self.empty = True

    def show_kindred(self, domain: Domain, value: Kindred, now: float) -> None:
        """Says it anew; rows are rebuilt only where they say something else."""
        said = self._rows(domain, value, now)
        shape = (value, tuple(text for text, _make in said))
        self.empty = not said
        if shape == self._shown:
            return
        self._shown = shape
        while self._column.count():
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for _text, make in said:
            self._column.addWidget(make())

    def texts(self) -> list[str]:
        """What each row says."""
        return list(self._shown[1]) if self._shown is not None else []

    def _rows(self, domain: Domain, value: Kindred, now: float) -> list[tuple[str, Callable[[], QWidget]]]:
        """What a row says, and what makes it."""
        key, from_, family = domain.key, value.from_, value.family
        rows: list[tuple[str, Callable[[], QWidget]]] = []

        def add(name: str, text: str, *, link: tuple[str, VmKey] | None = None, acts: Sequence[str] = ()) -> None:
            said = f"{name}: {' '.join(part for part in (link[0] if link else '', text) if part)}"
            rows.append((said, lambda: self._row(name, text, link, acts)))

        if from_.cloned_from:
            linked = from_.linked
            link = (from_.cloned_from, value.source) if value.source is not None else None
            text = origins.moment(from_, now)
            if link is None:
                text = ", ".join(part for part in (from_.cloned_from, text) if part)
            add(_("Built on") if linked else _("From"), text, link=link, acts=("flatten",) if linked else ())
        if from_.build:
            add(_("Build"), from_.build)
        if from_.note:
            add(_("Note"), from_.note)
        if from_.goes:
            add(_("Goes"), origins.when_it_goes(from_, now), acts=("keep",))
        if from_.template:
            add(_("Template"), origins.about_template(), acts=("untemplate",))
        if family is not None and family.base is not None and family.base != key and not from_.linked:
            add(_("Built on"), "", link=(family.name, family.base))
        kin = [one for one in family.clones if one.key != key] if family is not None and family.base == key else []
        if kin:
            names = ", ".join(one.name for one in kin)
            written = {disk.source for disk in domain.disks}
            frozen = any(written.intersection(one.files) for one in kin)
            text = origins.kept_for_clones() if frozen else ""
            said = " ".join(part for part in (": ".join((_("Clones"), names)), text) if part)
            rows.append((said, lambda: self._clones(kin, value.query, text)))
        return rows

    def _row(self, name: str, text: str, link: tuple[str, VmKey] | None, acts: Sequence[str]) -> QWidget:
        made, row = self._line(name)
        column = QVBoxLayout()
        column.setSpacing(theme.px(1))
        if link is not None:
            column.addWidget(self._link(*link))
        if text:
            said = label(text, wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(said)
        for act in acts:
            button = ActionButton(self._actions.action(act), kind="link")
            button.setProperty("small", True)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        return made

    def _line(self, name: str) -> tuple[QWidget, QHBoxLayout]:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        said = label(name, "secondary", wrap=True)
        said.setContentsMargins(0, 1, 0, 0)
        said.setFixedWidth(theme.px(LABELS) - theme.px(6))
        row.addWidget(said, 0, Qt.AlignmentFlag.AlignTop)
        return made, row

    def _link(self, text: str, key: VmKey) -> Link:
        link = Link(text)
        link.setToolTip(_("Open {name}").format(name=text))
        link.clicked.connect(lambda: self.opened.emit(key))
        return link

    def _clones(self, kin: Sequence[Kin], query: str, text: str) -> QWidget:
        made, row = self._line(_("Clones"))
        flow = FlowRow()
        for one in kin[:MOST]:
            flow.add_left(self._link(one.name, one.key))
        rest = len(kin) - MOST
        if rest > 0:
            more = Link(ngettext("{count} more", "{count} more", rest).format(count=units.count(rest)))
            more.clicked.connect(lambda: self.searched.emit(query))
            flow.add_left(more)
        column = QVBoxLayout()
        column.setSpacing(theme.px(3))
        column.addWidget(flow)
        if text:
            column.addWidget(label(text, "secondary", wrap=True))
        row.addLayout(column, 1)
        return made
