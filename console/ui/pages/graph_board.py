"""Graphs with all that goes with them: spans to choose, live or back in time, what is recorded, the longer span, export.

Needs numpy through its plots: pages load it when they are first looked at (`ui.later`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.errors import FleetError
from console.fleet.history import KEPT, STEPS
from console.fleet.updates import ChangeSet
from console.ui.bridge import Bridge
from console.ui.icons import glyph_icon
from console.ui.models.graph_plans import Plan, Stats, Told, longer, read
from console.ui.models.graph_sheets import continued, end_of, replayed, sheet_of, step_of
from console.ui.pages.graph_export import Exporter
from console.ui.pages.graph_ranges import DAY, Ranges
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.flow_row import FlowRow
from console.ui.widgets.labels import ElidedLabel
from console.ui.widgets.notes import Note
from console.ui.widgets.plot import PlotStack
from console.ui.widgets.plot_data import Sheet
from console.ui.widgets.plot_paint import CROWD
from console.ui.widgets.plot_strip import PlotStrip
from console.words import _, errors, pgettext
from console.words import graphs as words

TICK_MS = 1000
ASK_MS = 60  # after the last step of a zoom or pan
ANEW = 300.0  # seconds after which a live plot is read anew as a whole
POINTS = 400  # at least
STRIP_LOW = 520  # px of height from which the strip is shown
_LONGER = (DAY, 7 * DAY, 30 * DAY, 365 * DAY)


class _Answer(msgspec.Struct, frozen=True, eq=False):
    """What a worker brought. serial: of the question; an older one is dropped."""

    serial: int
    told: Told
    sheet: Sheet
    whole: bool


class GraphBoard(QWidget):
    """One plan's graphs. Reads in workers only; while it is hidden, nothing.

    Signals:
        compare_wanted(): these figures beside another VM's.
    """

    compare_wanted = Signal()

    def __init__(self, bridge: Bridge, stats: Stats, parent: QWidget | None = None, *, compare: bool = False) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._stats = stats
        self._plan = Plan(())
        self._pale = False
        self._none = ""
        self._told: Told | None = None
        self._read_at = 0.0
        self._serial = 0
        self._asking = False
        self._again = False
        self.live = True
        self.plot = PlotStack(_("Load"))
        self.plot.moved.connect(self._on_moved)
        self.plot.reset_wanted.connect(self.go_live)
        self.strip = PlotStrip()
        self.strip.chosen.connect(self._on_strip)
        self.ranges = Ranges()
        self.ranges.chosen.connect(lambda _id: self.go_live())
        self._length = self.ranges.seconds  # shown
        self.live_button = Button(pgettext("graphs", "Live"))
        self.live_button.setCheckable(True)
        self.live_button.setIconSize(QSize(theme.px(14), theme.px(14)))
        self.live_button.clicked.connect(self._on_live)
        self.exporter = Exporter(bridge, self.plot, self)
        self.exporter.on_failed = self._say_failed
        self.said = ElidedLabel("", "secondary", "text2")
        self.note = Note("error")
        self.note.add_button(_("Try again"), self.reload)
        self.note.hide()
        self._build(compare)
        self._ticker = QTimer(self, interval=TICK_MS)
        self._ticker.timeout.connect(self.tick)
        self._soon = QTimer(self, interval=ASK_MS, singleShot=True)
        self._soon.timeout.connect(self.reload)
        self._say_live()
        bridge.changed.connect(self._on_changed)

    def _build(self, compare: bool) -> None:
        self.head = FlowRow()
        self.head.add_left(self.ranges)
        self.head.add_left(self.live_button)
        if compare:
            button = Button(_("Compare VM…"), icon="plus")
            button.clicked.connect(self.compare_wanted)
            self.head.add_right(button)
        self.head.add_right(self.exporter.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.head)
        column.addWidget(self.said)
        column.addWidget(self.note)
        column.addWidget(self.plot, 1)
        column.addWidget(self.strip)
        self.strip.hide()

    # what is shown

    @property
    def plan(self) -> Plan:
        return self._plan

    def show_plan(self, plan: Plan, *, pale: bool = False, none: str = "") -> None:
        """Shows these graphs. pale: they are last known only. none: why there may be nothing."""
        self._none = none
        if plan == self._plan and pale == self._pale:
            return
        if plan.wanted() != self._plan.wanted() or plan.marked != self._plan.marked:
            self._told = None
            self.plot.show_sheet(Sheet())
            if self.ranges.anew():
                self._length = self.ranges.seconds
        self._plan, self._pale = plan, pale
        self._say_live()
        self.exporter.plan, self.exporter.name = plan, plan.name
        self.plot.setAccessibleName(_("Load of {name}").format(name=plan.name))
        self.reload()

    def go_live(self) -> None:
        """The chosen range, up to now."""
        self._length = self.ranges.seconds
        self._set_live(True)
        self.reload()

    def _set_live(self, live: bool) -> None:
        self.live = live
        self._say_live()

    def _say_live(self) -> None:
        """Nothing is live where no new figures come."""
        follows = self.live and not self._pale
        self.live_button.setIcon(glyph_icon("dot", "good" if follows else "last-known", 14))
        self.live_button.setChecked(follows)
        self.live_button.setEnabled(not self._pale)
        self.live_button.setToolTip(_("The host does not answer, so no new figures come.") if self._pale else "")
        self.live_button.setAccessibleDescription(_("follows the newest figures") if follows else "")

    def _on_live(self, wanted: bool) -> None:
        self._set_live(wanted)
        if wanted:
            self.reload()

    @Slot(float, float)
    def _on_moved(self, start: float, end: float) -> None:
        self._length = end - start
        self.ranges.keep()
        self._set_live(time.time() - end < (end - start) / 200)
        self.strip.show_window(start, end)
        self._say()
        self._soon.start(ASK_MS)

    @Slot(float, float)
    def _on_strip(self, start: float, end: float) -> None:
        self.plot.show_span(start, end, time.time())
        self._on_moved(start, end)

    # reading

    def _wanted(self) -> tuple[float, float]:
        """The span that is to be shown."""
        if self.live:
            now = time.time()
            return now - self._length, now
        return self.plot.start, self.plot.end

    @Slot()
    def reload(self) -> None:
        """Reads the whole span; later if it is hidden, and once more if it is being read."""
        self._soon.stop()
        if not self.isVisible() or not self._plan.drafts:
            self._told = None
            return
        start, end = self._wanted()
        if self._told is None:
            self.plot.show_span(start, end, time.time())
        points = max(POINTS, int(self.plot.frame_of().width * CROWD * self.plot.devicePixelRatioF()))
        plan, stats, pale = self._plan, self._stats, self._pale

        def work(serial: int) -> _Answer:
            told = read(stats, plan, start, end, points)
            return _Answer(serial, told, sheet_of(plan, told, pale), True)

        self._ask(work)

    def _continue(self, old: Told) -> None:
        """Reads what is newer than what is shown: five-second bins that are in memory."""
        now, step = time.time(), step_of(old)
        start = end_of(old) - step
        points = max(POINTS, int((old.end - old.start) / step))
        plan, stats, pale = self._plan, self._stats, self._pale

        def work(serial: int) -> _Answer:
            tail = read(stats, plan, start, now, int((now - start) / step) + 2, marks=False, like=old)
            same = step_of(tail) == step  # else the grain is another by now
            told = continued(old, tail) if same else read(stats, plan, now - (old.end - old.start), now, points)
            return _Answer(serial, told, sheet_of(plan, told, pale), False)

        self._ask(work)

    def _ask(self, work: Callable[[int], _Answer]) -> None:
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._serial += 1
        serial = self._serial
        self._say()
        self._bridge.run(partial(work, serial), self._answered, self._failed)

    def _answered(self, answer: _Answer) -> None:
        if not isValid(self):
            return
        self._asking = False
        if self._again:  # meanwhile something else was wanted
            self._again = False
            self.reload()
            return
        self.note.hide()
        self._told = answer.told
        if answer.whole:
            self._read_at = time.monotonic()
        if self.live:
            now = time.time() if not answer.whole else answer.told.end
            length = answer.told.end - answer.told.start
            self.plot.show_span(now - length, now, now)
        elif answer.whole:
            self.plot.show_span(answer.told.start, answer.told.end, time.time())
        self.plot.show_sheet(answer.sheet)
        self._say()
        if answer.whole and self.live and self.ranges.suit(answer.sheet.first_known(), time.time()):
            self._length = self.ranges.seconds
            self.plot.show_span(answer.told.end - self._length, answer.told.end, answer.told.end)
            self._say()
            self._soon.start(0)
        elif answer.whole:
            self._show_strip()

    def _failed(self, error: FleetError) -> None:
        if not isValid(self):
            return
        self._asking = self._again = False
        self._read_at = time.monotonic()
        said = " ".join(part for part in (errors.why(error.problem), errors.next_step(error.problem)) if part)
        self._say_failed(_("The load history cannot be read."), said)
        self._say()

    def _say_failed(self, cause: str, why: str) -> None:
        self.note.say(cause, why)
        self.note.show()

    # as time goes by

    @Slot()
    def tick(self) -> None:
        """New samples, once a second at most and only when they would be seen."""
        told = self._told
        if not self.live or self._asking or self._soon.isActive():
            return
        now = time.time()
        if self.ranges.outgrown(now):
            self.go_live()
            return
        if told is None:
            if not self.note.isVisible() or time.monotonic() - self._read_at > STEPS[0]:
                self.reload()
            return
        step = step_of(told) or STEPS[0]
        pixel = (told.end - told.start) / max(1.0, self.plot.frame_of().width)
        if now - told.end < max(pixel, STEPS[0] / 2) and now >= told.end:
            return
        if step < STEPS[1] and now - end_of(told) < KEPT[0] / 12 and time.monotonic() - self._read_at < ANEW:
            self._continue(told)
        elif now - told.end >= step or now < told.end:
            self.reload()

    @Slot(object)
    def _on_changed(self, change: ChangeSet) -> None:
        """An event may have come: marks are read anew, soon."""
        if self.isVisible() and self._told is not None and not change.changed.isdisjoint(self._plan.marked):
            self._soon.start(TICK_MS)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ticker.start()
        self._soon.start(0)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticker.stop()
        self._soon.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wanted = self.height() >= theme.px(STRIP_LOW)
        if wanted != self.strip.isVisibleTo(self):
            self.strip.setVisible(wanted)
        if self._told is not None and event.size().width() != event.oldSize().width():
            self._soon.start(ASK_MS)

    # words

    def _say(self) -> None:
        sheet = self.plot.sheet
        now = time.time()
        if self._told is None:
            text = _("Reading…") if self._asking else ""
        elif sheet.empty:
            text = self._none or _("No figures in this span: they are recorded while the console runs.")
        else:
            step = sheet.step
            text = words.span(self.plot.start, self.plot.end, step, now)
            first = sheet.first_known()
            if first is not None and first - self.plot.start > max(3 * step, (self.plot.end - self.plot.start) / 50):
                text += "  ·  " + words.since(first, now)
            if replayed(self._told):
                text += "  ·  " + _("replayed load")
        if self.said.whole_text() != text:
            self.said.set_text(text)

    # the longer span

    def _show_strip(self) -> None:
        """The first graph over the next longer span; read at most as often as the plots are as a whole."""
        if not self.strip.isVisible() or self._told is None or not self._plan.drafts:
            return
        now = time.time()
        length = next((long for long in _LONGER if long >= 4 * (self.plot.end - self.plot.start)), _LONGER[-1])
        start, end = now - length, now
        self.strip.show_window(self.plot.start, self.plot.end)
        draft = longer(self._plan.drafts[0])
        plan, stats = Plan((draft,), self._plan.name, names=self._plan.names), self._stats
        name = _("Last {span}, {what}").format(span=words.length(length), what=draft.title)
        shown = self._plan

        def work() -> Sheet:
            return sheet_of(plan, read(stats, plan, start, end, 300, marks=False))

        def done(sheet: Sheet) -> None:
            if isValid(self) and self._plan is shown:
                self.strip.show_curve(name, sheet.graphs[0], start, end)

        self._bridge.run(work, done, lambda _error: None)
