"""The bar at the bottom: how fresh is what is shown, which hosts are in trouble, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import HostView
from console.inventory.inventory import Inventory
from console.ui.icons import phase_glyph
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.words import _, ngettext, states, units

TICK_MS = 1000
NEVER = float("inf")
Host = tuple[HostSpec, HostStatus]


class Said(msgspec.Struct, frozen=True):
    """One statement: glyph, sentence, tone; hosts it is about."""

    glyph: tuple[str, str]
    text: str
    tone: str
    hosts: tuple[str, ...] = ()


def of_live(live: Sequence[HostView], now: float) -> Said:
    """How many hosts are live, and how old the oldest of their data is."""
    text = ngettext("{count} host live", "{count} hosts live", len(live)).format(count=units.count(len(live)))
    oldest, replayed = NEVER, 0
    for view in live:
        load, seen = view.load, view.status.seen
        if load is not None:
            replayed += load.replayed
            if load.stamp > seen:
                seen = load.stamp
        if seen < oldest:
            oldest = seen
    if live and oldest:
        text = _("{hosts}, data {age} old").format(hosts=text, age=units.age(now - oldest))
    if replayed:
        more = ngettext("replayed load on {count} demo host", "replayed load on {count} demo hosts", replayed)
        text = f"{text}, {more.format(count=units.count(replayed))}"
    return Said(("dot", "good" if live else "last-known"), text, "text2")


def of_others(hosts: Mapping[Phase, Sequence[Host]], now: float) -> list[Said]:
    """Hosts that are not live, by what is the matter; a single one by its name."""
    said = []
    many: dict[Phase, Callable[[int], str]] = {
        Phase.CONNECTING: lambda n: ngettext("{count} host connecting", "{count} hosts connecting", n),
        Phase.STALE: lambda n: ngettext("{count} host stale", "{count} hosts stale", n),
        Phase.UNREACHABLE: lambda n: ngettext("{count} host unreachable", "{count} hosts unreachable", n),
        Phase.REFUSED: lambda n: ngettext("{count} host refuses us", "{count} hosts refuse us", n),
        Phase.OFF: lambda n: ngettext("{count} host disconnected", "{count} hosts disconnected", n),
    }
    tones = {Phase.STALE: "warning", Phase.UNREACHABLE: "error", Phase.REFUSED: "error"}
    for phase, words in many.items():
        some = hosts.get(phase, ())
        glyph = phase_glyph(phase)
        if not some or glyph is None:
            continue
        if len(some) == 1:
            text = states.host_words(*some[0], now)
        else:
            text = words(len(some)).format(count=units.count(len(some)))
            tries = [status.next_try for _spec, status in some if status.next_try > now]
            if tries:
                text = _("{hosts}, next try in {time}").format(hosts=text, time=units.age(min(tries) - now))
        said.append(Said(glyph, text, tones.get(phase, "text2"), tuple(spec.id for spec, _status in some)))
    return said


class _Statement(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(5))
        self._glyph = GlyphLabel("dot", "good", 13)
        self._text = ElidedLabel("", "secondary")
        self._text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self._glyph)
        row.addWidget(self._text)

    def say(self, said: Said) -> None:
        self._glyph.show_glyph(*said.glyph)
        if self._text.property("tone") != said.tone:
            self._text.setProperty("tone", said.tone)
            self._text.style().unpolish(self._text)
            self._text.style().polish(self._text)
        if self._text.whole_text() != said.text:
            self._text.set_text(said.text)


class StatusBar(QWidget):
    """24 high.

    Signals:
        try_wanted(tuple[str, ...]): these hosts are to be tried now.
    """

    try_wanted = Signal(object)

    def __init__(
        self, inventory: Inventory, parent: QWidget | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._clock = clock
        self._waiting: tuple[str, ...] = ()
        self._summary = ""
        self.setFixedHeight(theme.px(HEIGHTS["status"]))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(11), 1, theme.px(12), 0)
        self._row.setSpacing(theme.px(12))
        self._statements: list[_Statement] = []
        self.try_button = Button(_("Try now"), kind="link", small=True)
        self.try_button.clicked.connect(lambda: self.try_wanted.emit(self._waiting))
        self._right = label("", "secondary", "text2")
        self._row.addWidget(self.try_button)
        self._row.addStretch(1)
        self._row.addWidget(self._right)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def set_summary(self, text: str) -> None:
        """What the page says of itself, "" for the size of the fleet."""
        self._summary = text
        self._say_right()

    def refresh(self) -> None:
        """Says anew how things stand; once a second by itself."""
        inventory, now = self._inventory, self._clock()
        live: list[HostView] = []
        others: dict[Phase, list[Host]] = {}
        for spec in inventory.specs():
            view = inventory.view(spec.id)
            if view.status.phase is Phase.LIVE:
                live.append(view)
            else:
                others.setdefault(view.status.phase, []).append((spec, view.status))
        said = [of_live(live, now), *of_others(others, now)] if live or others else [_no_hosts()]
        while len(self._statements) < len(said):
            statement = _Statement(self)
            self._row.insertWidget(len(self._statements), statement)
            self._statements.append(statement)
        for number, statement in enumerate(self._statements):
            statement.setVisible(number < len(said))
            if number < len(said):
                statement.say(said[number])
                statement.layout().activate()  # type: ignore[union-attr]
        lost = (*others.get(Phase.UNREACHABLE, ()), *others.get(Phase.REFUSED, ()))
        self._waiting = tuple(spec.id for spec, _status in (*lost, *others.get(Phase.STALE, ())))
        self.try_button.setVisible(bool(lost))
        self._say_right()
        self._row.activate()  # else a longer text is elided until the next turn

    def said(self) -> list[str]:
        """What stands at the left now."""
        return [s._text.whole_text() for s in self._statements if not s.isHidden()]

    def summary(self) -> str:
        return self._right.text()

    def _say_right(self) -> None:
        text = self._summary
        if not text:
            hosts, vms = len(self._inventory.specs()), len(self._inventory.domains())
            if hosts:
                text = _("{vms} on {hosts}").format(
                    vms=ngettext("{count} VM", "{count} VMs", vms).format(count=units.count(vms)),
                    hosts=ngettext("{count} host", "{count} hosts", hosts).format(count=units.count(hosts)),
                )
        if self._right.text() != text:
            self._right.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("border"))


def _no_hosts() -> Said:
    return Said(("dot", "last-known"), _("No hosts"), "text2")
