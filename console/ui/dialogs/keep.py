"""A search under a name: kept, or given another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from console.fleet.errors import FleetError
from console.fleet.saved import named
from console.services.commands import line
from console.ui.dialogs.base import Dialog, mono
from console.ui.widgets.labels import label
from console.words import _

if TYPE_CHECKING:
    from console.ui.context import Context

LONGEST = 60  # characters of a name


class KeepDialog(Dialog):
    """Asks for the name. name: of a kept search that gets another one; "" keeps `query` anew."""

    def __init__(self, ctx: Context, query: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("Rename the search") if name else _("Save the search"), parent, width=440)
        self._ctx, self._query, self._old = ctx, query.strip(), name
        self.field = QLineEdit(name)
        self.field.setMaxLength(LONGEST)
        self.field.setPlaceholderText(_("A name, such as “Hot, not lab”"))
        self.field.setAccessibleName(_("Name"))
        self.body.addWidget(mono(self._query))
        self.body.addWidget(self.field)
        self._hint = label("", "secondary", tone="text2", wrap=True)
        self.body.addWidget(self._hint)
        if not name:
            self.add_command(self._command)
        self.add_close()
        self.add_main(_("Rename") if name else _("Save"), self._go)
        self.field.textChanged.connect(lambda _text: self._look())
        self._look()
        self.field.setFocus()
        self.field.selectAll()

    def name(self) -> str:
        """As it will be kept."""
        return " ".join(self.field.text().split())

    def _command(self) -> str:
        return line(["search"], [self._query], ["--save", self.name() or _("name")])

    def _look(self) -> None:
        name = self.name()
        there = named(self._ctx.services.search.searches(), name)
        self._hint.setText(_("It stands at the left of the window, on this computer."))
        if not name or name == self._old:
            self.idle()
        elif there is not None and self._old and there.name != self._old:
            self.hold(_("Another search has this name."))
        else:
            self.hold("")
            if there is not None and not self._old:
                self._hint.setText(_("It takes the place of {query}").format(query=there.query))

    def _go(self) -> None:
        search = self._ctx.services.search
        try:
            if self._old:
                search.rename(self._old, self.name())
            else:
                search.save(self.name(), self._query)
        except FleetError as error:
            self.failed(error, "search.keep")
        else:
            self.accept()
