"""The page of the clone wizard that asks where: host, pool, names of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QLineEdit

from console.fleet.clones import naming
from console.fleet.hosts import Phase, Pool
from console.ui.dialogs.clone_pages import Page, row
from console.ui.models import clone_draft
from console.ui.models.clone_draft import Draft
from console.ui.theme import theme
from console.ui.widgets.choice_card import Choice, ChoiceCards
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.words import _, units

if TYPE_CHECKING:
    from console.ui.context import Context

FILE_KINDS = frozenset({"dir", "fs", "netfs"})
"""Pools that can hold images of any format."""


class WherePage(Page):
    """Host, pool and the names of the files."""

    def __init__(self, ctx: Context, draft: Draft) -> None:
        super().__init__()
        self._ctx = ctx
        self._sources = draft.sources
        self._here = {key.host for key in draft.sources}
        self.host = QComboBox()
        self.host.setAccessibleName(_("Host"))
        self.host.setMinimumWidth(theme.px(280))
        self.about = label("", "secondary", wrap=True)
        self.pool = ChoiceCards([], _("Pool"))
        self.files = QLineEdit(draft.files)
        self.files.setPlaceholderText("{name}-{target}.qcow2")
        self.files.setFont(theme.font("mono"))
        self.example = label("", "secondary", wrap=True)
        self.section(_("Host"), first=True)
        self.column.addLayout(row(self.host))
        self.column.addWidget(self.about)
        self.section(_("Pool"))
        self.column.addWidget(self.pool)
        self.section(_("Files"))
        self.column.addLayout(field(_("Pattern"), self.files, optional=True))
        self.column.addWidget(self.example)
        self.column.addStretch(1)
        self._fill_hosts(draft.host)
        self._fill_pools()
        self.pool.set_current(draft.pool or "-")
        self.host.currentIndexChanged.connect(lambda _index: self._on_host())
        self.pool.chosen.connect(lambda _id: self.changed.emit())
        self.files.textChanged.connect(lambda _text: self.changed.emit())

    def _fill_hosts(self, chosen: str) -> None:
        """Where they are comes first; then every host that can be written to."""
        inventory = self._ctx.inventory
        spec = inventory.spec(next(iter(self._here))) if len(self._here) == 1 else None
        where = _("{host}, where it is").format(host=spec.name) if spec else _("Each where its source is")
        if spec is not None and len(self._sources) > 1:
            where = _("{host}, where they are").format(host=spec.name)
        self.host.addItem(where, "")
        for one in sorted(inventory.specs(), key=lambda one: one.name.casefold()):
            live = inventory.status(one.id).phase is Phase.LIVE
            if live and not one.read_only and {one.id} != self._here:
                self.host.addItem(one.name, one.id)
        self.host.setCurrentIndex(max(0, self.host.findData(chosen)))

    def _pools(self) -> list[Pool]:
        """Of the chosen host; of several hosts those of a name that all have."""
        hosts = [self.host.currentData()] if self.host.currentData() else sorted(self._here)
        each = [{pool.name: pool for pool in self._ctx.inventory.view(host).pools} for host in hosts]
        both = set(each[0]).intersection(*each[1:]) if each else set()
        return [min((pools[name] for pools in each), key=lambda pool: pool.available) for name in sorted(both)]

    def _fill_pools(self) -> None:
        said = [
            Choice("-", _("Where each disk of the source is"), _("Every volume in the pool of the disk it comes from."))
        ]
        if self.host.currentData():
            said = [
                Choice("-", _("Of the same name"), _("Pools that are called there as those of the source’s disks."))
            ]
        for pool in self._pools():
            free = _("{size} free").format(size=units.size(pool.available)) if pool.active else ""
            why = "" if pool.active else _("It is inactive.")
            if not why and pool.kind not in FILE_KINDS:
                why = _("It holds no image files ({kind}).").format(kind=pool.kind)
            said.append(Choice(pool.name, pool.name, pool.path, free, why))
        self.pool.show_choices(said)

    def _on_host(self) -> None:
        self._fill_pools()
        self.changed.emit()

    def say_example(self, draft: Draft, name: str) -> None:
        """What the pattern makes of a clone's first disk."""
        wrong = clone_draft.why_no_files(draft, name)
        text = wrong
        if not wrong:
            made = naming.file_name(draft.files, name, "vda", "qcow2")
            text = _("The disk vda of {name} will be {file}.").format(name=name, file=made)
        self.example.setText(text)
        self.example.setProperty("tone", "error" if wrong else "")
        self.example.style().unpolish(self.example)
        self.example.style().polish(self.example)
        elsewhere = bool(draft.host) and {draft.host} != {key.host for key in draft.sources}
        self.about.setText(
            _("The disks go through this computer, as a stream; nothing is kept here.") if elsewhere else ""
        )
        self.about.setVisible(elsewhere)
        self._wrong = wrong

    _wrong = ""

    def why_not(self) -> str:
        return self._wrong

    def pool_now(self) -> Pool | None:
        """The chosen one, as last seen."""
        return next((pool for pool in self._pools() if pool.name == self.pool.current()), None)

    def host_name(self) -> str:
        """Empty for where each source is."""
        spec = self._ctx.inventory.spec(self.host.currentData() or "")
        return spec.name if spec else ""

    def put(self, draft: Draft) -> Draft:
        pool = self.pool.current()
        return replace(
            draft,
            host=self.host.currentData() or "",
            pool="" if pool == "-" else pool,
            files=self.files.text().strip(),
        )


def free_after(pool: Pool, needs: int) -> str:
    """How full a pool is and will be: "42 → 48 %"; one figure where that is the same."""
    before = 1 - pool.available / pool.capacity
    now, then = (units.percent(share) for share in (before, before + needs / pool.capacity))
    if needs / pool.capacity < 0.005:
        return now
    return _("{before} → {after}").format(before=now.partition(units.NBSP)[0], after=then)
