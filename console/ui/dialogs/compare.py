"""Several VMs in the same plots: which of them is it, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from console.fleet.domains import Domain, VmKey
from console.services.commands import vm_words
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.models.graph_plans import COLORS, MOST, compare_plan
from console.ui.pages.graphs import Graphs
from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.words import _, ngettext

WIDTH, HEIGHT = 1080, 680


class CompareDialog(Dialog):
    """Load of the chosen VMs over each other. The busiest come first and have colours; more can be added by name."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        super().__init__(_("Compare load"), parent, width=WIDTH)
        self.setModal(False)
        self._ctx = ctx
        inventory = ctx.inventory
        found = [domain for key in keys if (domain := inventory.domain(key)) is not None]
        self.vms: list[Domain] = sorted(found, key=self._busy)
        self.graphs = Graphs(ctx)
        self.add = QLineEdit()
        self.add.setPlaceholderText(_("Add a VM by its name"))
        self.add.setAccessibleName(_("Add a VM by its name"))
        self.add.setMaximumWidth(theme.px(280))
        self._names = {word: domain.key for word, domain in self._words()}
        completer = QCompleter(self.add)
        completer.setModel(QStringListModel(sorted(self._names), completer))
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._on_name)
        self.add.setCompleter(completer)
        self.add.returnPressed.connect(lambda: self._on_name(self.add.text()))
        self.said = label("", "secondary", "text2")
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.add, 1)
        row.addWidget(self.said)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self.graphs, 1)
        self.add_close(_("Close"))
        self._show()

    def _busy(self, domain: Domain) -> tuple[float, str]:
        load = self._ctx.inventory.load(domain.key)
        return (-(load.cpu or 0.0) if load is not None else 0.0, domain.name)

    def _words(self) -> list[tuple[str, Domain]]:
        """Every VM by the shortest name that means only it."""
        domains = self._ctx.inventory.domains()
        return list(zip(vm_words(self._ctx.inventory, [domain.key for domain in domains]), domains, strict=True))

    def _on_name(self, text: str) -> None:
        key = self._names.get(text.strip())
        domain = self._ctx.inventory.domain(key) if key is not None else None
        if domain is None:
            self._say(_("There is no VM “{name}”.").format(name=text.strip()) if text.strip() else "")
            return
        self.add.clear()
        if domain.key not in [vm.key for vm in self.vms]:
            self.vms.append(domain)
            self._show()

    def _show(self) -> None:
        self.graphs.show_plan(compare_plan(self.vms))
        count = len(self.vms)
        text = ""
        if count > MOST:
            text = _("The {most} busiest of {n}; the first {colored} in colour.").format(
                most=MOST, n=count, colored=COLORS
            )
        elif count > COLORS:
            more = count - COLORS
            text = ngettext("{n} is grey, past six.", "{n} are grey, past six.", more).format(n=more)
        self._say(text)

    def _say(self, text: str) -> None:
        self.said.setText(text)

    def open_beside(self) -> CompareDialog:
        """Shows it without keeping the window from being used."""
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))
        self.show()
        return self
