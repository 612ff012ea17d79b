"""A rule of what to watch for: made, or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from console.fleet.alerts import FULL, AlertRule, Kind, read_wait
from console.fleet.errors import FleetError, UsageError
from console.services.commands import line
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.ui.widgets.query_field import QueryField
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, alerts, ngettext, search, units

if TYPE_CHECKING:
    from console.ui.context import Context

LONGEST = 60  # characters of a name
LOOK_MS = 200


def time_text(seconds: float) -> str:
    """As it is typed: "10min"; "" for none."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s" if seconds else ""


class AlertDialog(Dialog):
    """Asks what to watch, which of them, and for how long it must hold; says how many it would fire for now.

    rule: the one to change, None for a new one. query: to begin with.
    """

    def __init__(
        self, ctx: Context, rule: AlertRule | None = None, query: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Change the alert") if rule else _("New alert"), parent, width=620)
        self.setMinimumWidth(theme.px(560))  # three kinds side by side
        self._ctx, self._old = ctx, rule
        start = rule or AlertRule("", query)
        self.name = QLineEdit(start.name)
        self.name.setMaxLength(LONGEST)
        self.name.setPlaceholderText(_("A name, such as “Hot”"))
        self.kinds = Segmented([Segment(kind.value, alerts.kind(kind)) for kind in Kind], _("What to watch"))
        self.kinds.set_current(start.kind.value)
        self.query = QueryField(_("All"), values=ctx.services.search.values)
        self.query.set_query(start.query)
        self.limit = QLineEdit(f"{start.limit:g}")
        self.limit.setFixedWidth(theme.px(60))
        self.wait = QLineEdit(time_text(start.wait))
        self.wait.setPlaceholderText(_("10min; empty: at once"))
        self.wait.setFixedWidth(theme.px(180))
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(16))
        form.setVerticalSpacing(theme.px(10))
        self._limit_row = QWidget()
        row = QHBoxLayout(self._limit_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.limit)
        row.addWidget(label("%", tone="text3"))
        row.addStretch(1)
        self._which, self._over = label(""), label(_("Fuller than"))
        form.addRow(label(_("Watch")), self.kinds)
        form.addRow(self._which, self.query)
        form.addRow(self._over, self._limit_row)
        form.addRow(label(_("For at least")), self.wait)
        form.addRow(label(_("Name")), self.name)
        for field, text in ((self.name, _("Name")), (self.limit, _("Fuller than")), (self.wait, _("For at least"))):
            field.setAccessibleName(text)
        self.body.addLayout(form)
        self.found = label("", "secondary", tone="text2", wrap=True)
        self.body.addWidget(self.found)
        self.add_command(self._command)
        self.add_close()
        self.add_main(_("Save") if rule else _("Watch"), self._go)
        self._timer = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._timer.timeout.connect(self._count)
        for edit in (self.name, self.limit, self.wait):
            edit.textChanged.connect(lambda _text: self._look())
        self.query.asked.connect(lambda _query: self._look())
        self.query.judged.connect(lambda _error: self._look())
        self.kinds.chosen.connect(lambda _kind: self._look())
        self._look()
        (self.name if query or rule else self.query).setFocus()

    def _kind(self) -> Kind:
        return Kind(self.kinds.current())

    def _rule(self) -> AlertRule:
        """What the fields say. Errors: UsageError for a time or a limit that is none."""
        wait = read_wait(self.wait.text().strip()) if self.wait.text().strip() else 0.0
        limit = FULL
        if self._kind() is Kind.POOL_FULL:
            try:
                limit = float(self.limit.text().replace(",", "."))
            except ValueError:
                limit = 0.0
        silent = self._old.silent_until if self._old else 0.0
        return AlertRule(self.name.text(), self.query.text(), self._kind(), wait, limit, silent)

    def _command(self) -> str:
        name = self.name.text().strip() or _("name")
        options: list[str] = []
        if self._kind() is Kind.HOST_LOST:
            options = ["--host-lost"]
        elif self._kind() is Kind.POOL_FULL:
            options = ["--pool-full", self.limit.text().strip()]
        wait = self.wait.text().strip()
        rule = " ".join(part for part in (self.query.text().strip(), f"for {wait}" if wait else "") if part)
        return line(["alert", "add"], [name, *[rule] * bool(rule)], options)

    def _look(self) -> None:
        """What keeps the rule from being kept, or how many it would fire for."""
        full = self._kind() is Kind.POOL_FULL
        self._limit_row.setVisible(full)
        self._over.setVisible(full)
        self._which.setText(_("Which VMs") if self._kind() is Kind.VMS else _("On which hosts"))
        self.found.setText("")
        self.hold(self._wrong())
        if not self._wrong():
            self._timer.start()
        elif not self.name.text().strip() and not self.query.text().strip():
            self.idle()

    def _wrong(self) -> str:
        if self.query.error is not None:
            return search.sentence(self.query.error)
        if self._kind() is Kind.VMS and not self.query.query:
            return _("Say which VMs, for example state:running cpu>95")
        try:
            rule = self._rule()
        except UsageError:
            return _("{time} is no time; one looks like 10m or 1h.").format(time=self.wait.text().strip())
        if not 0 < rule.limit <= 100:
            return _("The limit is a percentage, from 1 to 100.")
        if not rule.name.strip():
            return _("An alert wants a name.")
        low = " ".join(rule.name.split()).casefold()
        taken = any(
            each.name.casefold() == low and (self._old is None or each.name != self._old.name)
            for each in self._ctx.services.alerts.rules()
        )
        return _("Another alert has this name.") if taken else ""

    def _count(self) -> None:
        """How many it would be for now: a rule that fires for half the fleet is seen before it is kept."""
        kind, query, service = self._kind(), self.query.query, self._ctx.services.search

        def work() -> int:
            if kind is Kind.VMS:
                return len(service.find(query))
            return len(service.hosts(query)) if query else len(self._ctx.inventory.specs())

        def done(count: int) -> None:
            shown = units.count(count)
            if kind is Kind.VMS:
                said = ngettext("It holds for {count} VM now.", "It holds for {count} VMs now.", count)
            else:
                said = ngettext("It watches {count} host.", "It watches {count} hosts.", count)
            self.found.setText(said.format(count=shown))

        self.read(self._ctx.bridge, work, done)

    def _go(self) -> None:
        service = self._ctx.services.alerts
        try:
            rule = self._rule()
            if self._old is not None and self._old.name.casefold() != rule.name.strip().casefold():
                service.remove(self._old.name)
            service.add(rule)
        except FleetError as error:
            self.failed(error, "alert.keep")
        else:
            self.accept()
