"""What fires now, and what is watched for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from console.fleet.alerts import AlertRule, Kind, PoolKey, Subject
from console.fleet.domains import VmKey
from console.settings.preferences import Preferences
from console.ui import dialogs
from console.ui.context import Context
from console.ui.models.alerts import Firing, FiringTable, RuleTable, Ruling, firings, rulings
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import label
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.row_view import RowView
from console.words import N_, _, ngettext, units

TICK_MS = 1000
QUIET = 36  # height of the upper part while nothing fires
MOST = 10  # firing rows seen at once; more are scrolled to
TIMES = ((N_("30 minutes"), 1800.0), (N_("8 hours"), 28800.0), (N_("2 days"), 172800.0))

SUGGESTED = (
    AlertRule("Hot", "state:running cpu>95", wait=600.0),
    AlertRule("Host lost", kind=Kind.HOST_LOST, wait=60.0),
    AlertRule("Pool nearly full", kind=Kind.POOL_FULL, limit=90.0),
)


def place_of(subject: Subject) -> Place:
    """Where a person looks at it."""
    if isinstance(subject, VmKey):
        return Place.vm(subject)
    return Place.host(subject.host, "storage") if isinstance(subject, PoolKey) else Place.host(subject)


class AlertsPage(QWidget):
    """Alerts above, rules below."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Alerts"))
        self.firing = FiringTable(self)
        self.rules = RuleTable(self)
        self.firing.sort(2, Qt.SortOrder.DescendingOrder)
        self.firing_view: RowView[Firing] = RowView(self.firing, _("Firing now"))
        self.rules_view: RowView[Ruling] = RowView(self.rules, _("Watched for"))
        self.firing_view.opened.connect(lambda row: ctx.nav.open(place_of(row.alert.subject)))
        self.rules_view.opened.connect(lambda row: self.edit(row.rule))
        for view, pop in ((self.firing_view, self._on_firing_menu), (self.rules_view, self._on_rules_menu)):
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.customContextMenuRequested.connect(pop)
        self._firing_count = label("", "hint")
        self._quiet = label("", tone="text2", wrap=True)
        self._quiet.setContentsMargins(theme.px(12), theme.px(4), theme.px(16), theme.px(12))
        self._quiet.setAlignment(Qt.AlignmentFlag.AlignTop)
        add = Button(_("New alert…"), icon="plus")
        add.clicked.connect(lambda: self.edit(None))
        upper = self._upper_part = QWidget()
        self._upper = QStackedLayout(upper)
        self._upper.addWidget(self.firing_view)
        self._upper.addWidget(self._quiet)
        lists = QWidget()
        column = QVBoxLayout(lists)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(_("Firing now"), self._firing_count))
        column.addWidget(upper)
        column.addWidget(self._head(_("Watched for"), label("", "hint"), add))
        column.addWidget(self.rules_view, 1)
        self.empty = EmptyState(
            "bell",
            _("What should be told?"),
            _(
                "Anything that can be searched for, lost hosts, and pools that fill up. It is told once, here and by the desktop."
            ),
        )
        self.empty.add_button(_("New alert…"), lambda: self.edit(None))
        self.empty.add_button(_("Watch the usual three"), self._take_suggested)
        body = QStackedLayout(self)
        self._body = body
        body.addWidget(lists)
        body.addWidget(self.empty)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        undo = (
            ctx.services.alerts.subscribe(lambda _told: ctx.bridge.post(self.refresh)),
            ctx.preferences.subscribe(self._on_preferences),
        )
        self.destroyed.connect(lambda: [each() for each in undo])
        self.refresh()

    def _head(self, text: str, aside: QWidget, button: QWidget | None = None) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(theme.px(HEIGHTS["search"]))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(label(text, "section"))
        row.addWidget(aside)
        row.addStretch(1)
        if button is not None:
            row.addWidget(button)
        return bar

    # what is shown

    def show_place(self, place: Place) -> None:
        """Alerts are of the whole fleet, wherever one is."""
        self.refresh()

    def _on_preferences(self, _preferences: Preferences) -> None:
        self._ctx.bridge.post(self.refresh)

    @Slot()
    def refresh(self) -> None:
        service, now = self._ctx.services.alerts, self._ctx.services.alerts.now()
        rules, found = service.rules(), service.alerts()
        self.firing.set_rows(firings(self._ctx.inventory, found, rules, now))
        self.rules.set_rows(rulings(found, rules, now))
        count = self.firing.rowCount()
        silent = sum(self.firing.row(number).silent for number in range(count))
        said = units.count(count) if count else ""
        self._firing_count.setText(
            _("{count}, {silent} silent").format(count=said, silent=units.count(silent)) if silent else said
        )
        self._quiet.setText(
            _("Nothing new is told yet: hosts and figures settle first.") if service.settling() else _("Nothing fires.")
        )
        self._upper.setCurrentIndex(0 if count else 1)
        rows = HEIGHTS["head"] + min(count, MOST) * HEIGHTS["row"] + 10
        self._upper_part.setFixedHeight(theme.px(rows if count else QUIET))
        self._body.setCurrentIndex(0 if rules else 1)

    def _tick(self) -> None:
        self.firing.tick()
        self.rules.tick()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    # acts

    def edit(self, rule: AlertRule | None) -> None:
        dialogs.AlertDialog(self._ctx, rule, "", self.window()).show_at()

    def _take_suggested(self) -> None:
        for rule in SUGGESTED:
            self._ctx.services.alerts.add(rule)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = [] if self.firing_view.hasFocus() else self.rules_view.selected()
        if event.key() == Qt.Key.Key_Delete and rows:
            self._remove(rows)
        else:
            super().keyPressEvent(event)

    def _remove(self, rows: list[Ruling]) -> None:
        for row in rows:
            self._ctx.services.alerts.remove(row.rule.name)

    def _silence(self, names: list[str], until: float) -> None:
        for name in names:
            self._ctx.services.alerts.silence(name, until)

    def _silence_menu(self, menu: QMenu, names: list[str]) -> None:
        sub = menu.addMenu(_("Silence"))
        for text, seconds in TIMES:
            sub.addAction(_("For {time}").format(time=_(text))).triggered.connect(
                lambda _checked=False, seconds=seconds: self._silence(names, self._ctx.services.alerts.now() + seconds)
            )
        sub.addAction(_("For good")).triggered.connect(lambda: self._silence(names, -1.0))
        sub.addSeparator()
        sub.addAction(_("Tell again")).triggered.connect(lambda: self._silence(names, 0.0))

    def firing_menu(self, rows: list[Firing]) -> QMenu:
        """Of alerts; it deletes itself."""
        menu = QMenu(self)
        subject = rows[0].alert.subject
        menu.addAction(_("Open")).triggered.connect(lambda: self._ctx.nav.open(place_of(subject)))
        self._silence_menu(menu, list(dict.fromkeys(row.alert.rule for row in rows)))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def rules_menu(self, rows: list[Ruling]) -> QMenu:
        """Of rules; it deletes itself."""
        menu = QMenu(self)
        rule = rows[0].rule
        entries: tuple[tuple[str, Callable[[], object], bool], ...] = (
            (_("Change…"), lambda: self.edit(rule), len(rows) == 1),
            (_("Show what it finds"), lambda: self._ctx.nav.open(Place.search("", rule.query)), rule.kind is Kind.VMS),
        )
        for text, do, able in entries:
            action = menu.addAction(text)
            action.setEnabled(able)
            action.triggered.connect(lambda _checked=False, do=do: do())
        self._silence_menu(menu, [row.rule.name for row in rows])
        menu.addSeparator()
        count = len(rows)
        text = ngettext("Delete this alert", "Delete {count} alerts", count).format(count=units.count(count))
        menu.addAction(text).triggered.connect(lambda: self._remove(rows))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(QPoint)
    def _on_firing_menu(self, at: QPoint) -> None:
        if rows := self.firing_view.selected():
            self.firing_menu(rows).popup(self.firing_view.viewport().mapToGlobal(at))

    @Slot(QPoint)
    def _on_rules_menu(self, at: QPoint) -> None:
        if rows := self.rules_view.selected():
            self.rules_menu(rows).popup(self.rules_view.viewport().mapToGlobal(at))
